import Foundation

// Events per second that the store takes, against a bare SQLite loop that writes the same rows.
// usage: StoreBenchmark [seconds for each figure] [folder]
let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 2
let folder = CommandLine.arguments.dropFirst(2).first ?? NSTemporaryDirectory()
try StoreBenchmark(seconds: seconds, folder: folder).run()
