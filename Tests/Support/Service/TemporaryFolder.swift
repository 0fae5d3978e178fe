package import Foundation

/// A folder that goes with its object.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        let name = "trade-manager-test-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file; returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// The same with the name first, for long texts.
    @discardableResult
    package func write(name: String, _ text: String) throws -> String { try write(text, to: name) }

    /// What a file of it holds; nil where there is none.
    package func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: file(name)) }

    /// The text of a file of it; empty where there is none.
    package func text(_ name: String) -> String { bytes(name).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}
