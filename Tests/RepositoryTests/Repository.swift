import Foundation

/// The folder that these tests hold to its rules.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().standardizedFileURL

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The paths of all files below a folder with one of the endings (none: all), relative to the root, sorted.
    static func files(below folder: String, endings: [String] = []) throws -> [String] {
        let start = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: [.isRegularFileKey])
        else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        var paths: [String] = []
        for case let url as URL in walk {
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            guard endings.isEmpty || endings.contains(url.pathExtension) else { continue }
            paths.append(String(url.standardizedFileURL.path.dropFirst(root.path.count + 1)))
        }
        return paths.sorted()
    }

    /// Every file that the repository consists of.
    static func allFiles() throws -> [String] {
        let top = ["Package.swift", "README.md", ".gitignore", ".swift-format"]
        let folders = ["Sources", "Tests", "config", "deploy", ".ci"]
        return try top + folders.flatMap { try files(below: $0) }
    }
}
