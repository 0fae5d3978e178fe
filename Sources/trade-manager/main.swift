import Commands
import Foundation

exit(Program.main(CommandLine.arguments))
