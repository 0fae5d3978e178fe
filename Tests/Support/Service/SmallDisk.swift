import Foundation

/// A file system of its own for a store, which a test fills: in memory, so nothing else suffers. Linux, as root.
package final class SmallDisk: Sendable {
    private let folder: TemporaryFolder
    private static let ballast = "ballast"

    /// Whether this user may mount one.
    package static let isAvailable = (try? SmallDisk()) != nil

    package init(megabytes: Int = 64) throws {
        guard BuiltProgram.find("mount") != nil, BuiltProgram.find("umount") != nil else {
            throw ServiceFailure("there is no mount in PATH")
        }
        let folder = try TemporaryFolder()
        self.folder = folder
        try SmallDisk.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.path])
    }

    // Lazily: a killed process may just be going.
    deinit { try? SmallDisk.run("umount", ["-l", folder.path]) }

    package func file(_ name: String) -> String { folder.file(name) }

    /// Takes all the room that is left.
    package func fill() throws {
        guard FileManager.default.createFile(atPath: file(SmallDisk.ballast), contents: nil),
            let handle = FileHandle(forWritingAtPath: file(SmallDisk.ballast))
        else {
            throw ServiceFailure("no ballast in \(folder.path)")
        }
        defer { try? handle.close() }
        let block = Data(count: 4_096)
        while (try? handle.write(contentsOf: block)) != nil {}
    }

    /// Gives it back.
    package func free() throws { try FileManager.default.removeItem(atPath: file(SmallDisk.ballast)) }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let path = BuiltProgram.find(program) ?? program
        let process = try ChildProcess(path, arguments)
        guard process.waitForExit() == .code(0) else { throw ServiceFailure("\(program): \(process.errors)") }
    }
}
