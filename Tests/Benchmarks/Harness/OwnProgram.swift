import Foundation

/// This program, to be started again.
enum OwnProgram {
    static let url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
}
