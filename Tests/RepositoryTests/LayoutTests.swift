import Foundation
import Testing

/// What the repository consists of and depends on.
@Suite struct LayoutTests {
    @Test func topLevelIsExactlyThis() throws {
        let ignored = ["sqlite", "sqlite-wal", "sqlite-shm", "lock"]
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
            .filter { !$0.hasPrefix(".") && !ignored.contains(URL(fileURLWithPath: $0).pathExtension) }
        #expect(names.sorted() == ["Package.swift", "README.md", "Sources", "Tests", "config", "deploy"])
    }

    @Test func theManifestHasNoDependencies() throws {
        let manifest = SwiftText.code(of: try Repository.text(of: "Package.swift"))
        #expect(manifest.contains("    dependencies: [],\n"))
        #expect(!manifest.contains(".package("))
        #expect(
            !FileManager.default.fileExists(atPath: Repository.root.appendingPathComponent("Package.resolved").path))
    }

    @Test func setupInstallsWhatTheManifestNames() throws {
        let manifest = try Repository.text(of: "Package.swift")
        let setup = try Repository.text(of: "deploy/setup")
        let packages = manifest.matches(of: /\.apt\(\["([^"]+)"\]\)/).map { String($0.1) }
        #expect(packages.count >= 4)
        for package in packages { #expect(setup.contains(package), "deploy/setup doesn't install \(package)") }
    }

    /// A build fetches nothing, and nothing in here knows the machine that it was written on.
    @Test func noRegistryAndNoForeignPath() throws {
        let hosts = [
            ["docker", "io"], ["ghcr", "io"], ["quay", "io"], ["gcr", "io"], ["registry", "npmjs", "org"],
            ["pypi", "org"],
            ["crates", "io"], ["public", "ecr", "aws"], ["mcr", "microsoft", "com"], ["proxy", "golang", "org"],
            ["repo1", "maven", "org"], ["registry-1", "docker"],
        ].map { $0.joined(separator: ".") }
        let forbidden = hosts + [["", "work", ""].joined(separator: "/")]
        for path in try Repository.allFiles() {
            let text = try Repository.text(of: path)
            for word in forbidden where text.contains(word) { Issue.record("\(path) names \(word)") }
        }
    }

    @Test(arguments: ["deploy/setup", "deploy/test", "deploy/quickstart", "deploy/rulings", ".ci/run"])
    func scriptsAreStrictAndExecutable(path: String) throws {
        #expect(try Repository.text(of: path).contains("\nset -euo pipefail\n"))
        #expect(FileManager.default.isExecutableFile(atPath: Repository.root.appendingPathComponent(path).path))
    }
}
