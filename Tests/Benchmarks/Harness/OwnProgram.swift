import Foundation

/// This program, to be started again.
enum OwnProgram {
    static let url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    /// The folder of the repository that it was built from.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}
