import Foundation
import Testing

/// The rulings are whole, and each is held by a test that names it.
@Suite struct RulingsTests {
    private static let article = "Sources/TradeCore/TradeCore.docc/Rulings.md"

    /// Rulings of what is not built yet, by number, so that this line doesn't name them.
    private static let toCome: Set<Int> = []

    private static func numbers() throws -> [Int] {
        try Repository.text(of: article).matches(of: /\n- \*\*R(\d+)\*\* \(.+?\): .+/).compactMap { Int($0.1) }
    }

    @Test func theyAreNumberedFrom1To99() throws { #expect(try Self.numbers() == Array(1...99)) }

    @Test func theREADMELinksThem() throws {
        #expect(try Repository.text(of: "README.md").contains("](\(Self.article))"))
    }

    /// No comment, test or document names a ruling that there is not.
    @Test func whatIsNamedExists() throws {
        let known = Set(try Self.numbers())
        for path in try Repository.allFiles() where !path.contains("/Golden/") {
            for match in try Repository.text(of: path).matches(of: /\bR([1-9]\d{0,2})\b/) {
                #expect(known.contains(Int(match.1) ?? 0), "\(path) names R\(match.1)")
            }
        }
    }

    @Test func eachIsNamedByATest() async throws {
        let script = Repository.root.appendingPathComponent("deploy/rulings").path
        let result = try await Program.run(script, [], in: Repository.root)
        let missing = result.output.split(separator: "\n").compactMap { Int($0.dropFirst().prefix { $0 != " " }) }
        #expect(result.code == (missing.isEmpty ? 0 : 1))
        #expect(Set(missing).isSubset(of: Self.toCome), "\(result.output)")
        let all = try await Program.run(script, ["--all"], in: Repository.root)
        #expect(all.output.split(separator: "\n").count { $0.hasPrefix("R") } == 99)
        #expect(try await Program.run(script, ["x"], in: Repository.root).code == 64)
    }
}
