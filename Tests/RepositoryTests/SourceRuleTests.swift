import Foundation
import Testing

/// Rules that every source file keeps.
@Suite struct SourceRuleTests {
    /// What ends the process (G9). Force unwraps and implicitly unwrapped types are a `!` after a name, a bracket or a quote.
    private static let traps = [
        #"\bfatalError\b"#, #"\bprecondition(Failure)?\b"#, #"\btry!"#, #"\bas!"#, #"[\w\)\]>"?]!(?!=)"#,
    ]

    @Test func noTrapWithoutAReason() throws {
        var unused = Set(TrapExemptions.all)
        for path in try Repository.files(below: "Sources", endings: ["swift"]) {
            let code = SwiftText.code(of: try Repository.text(of: path))
            for (index, line) in code.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let isTrap = Self.traps.contains { line.range(of: $0, options: .regularExpression) != nil }
                guard isTrap else { continue }
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                if let exemption = TrapExemptions.all.first(where: { $0.path == path && $0.code == trimmed }) {
                    unused.remove(exemption)
                } else {
                    Issue.record("\(path):\(index + 1): a trap without an exemption (G9): \(trimmed)")
                }
            }
        }
        for exemption in unused { Issue.record("\(exemption.path): exempt for nothing: \(exemption.code)") }
        for exemption in TrapExemptions.all { #expect(exemption.reason.count > 20) }
    }

    @Test func filesAreShort() throws {
        for path in try Repository.allFiles() where path.hasSuffix(".swift") {
            let lines = try Repository.text(of: path).split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 400, "\(path) has \(lines) lines")
        }
    }

    /// TradeCore and the machines of TradePipeline: pure (design §1, §8).
    @Test func theCoreIsPure() throws {
        let core = try Repository.files(below: "Sources/TradeCore", endings: ["swift"])
        let machines = try Repository.files(below: "Sources/TradePipeline", endings: ["swift"])
            .filter { !$0.hasPrefix("Sources/TradePipeline/Shells/") }
        try check(core, mayImport: [])
        try check(machines, mayImport: ["TradeCore", "TradeContracts"])
    }

    /// Money never goes through a binary fraction (R46, R65): not where it is decided, nor where it is read and written.
    @Test func noBinaryFractions() throws {
        let paths = try ["TradeCore", "TradeContracts"].flatMap {
            try Repository.files(below: "Sources/\($0)", endings: ["swift"])
        }
        #expect(paths.count > 50)
        for path in paths {
            let code = SwiftText.code(of: try Repository.text(of: path))
            let binary = code.firstMatch(of: /\b(Double|Float(16|32|64|80)?|CGFloat|TimeInterval|NSNumber|Decimal)\b/)
            #expect(binary == nil, "\(path) has a \(binary.map { String($0.0) } ?? "")")
        }
    }

    private func check(_ paths: [String], mayImport allowed: Set<String>) throws {
        // Time and dice are arguments.
        let impure =
            #"\b(ContinuousClock|SuspendingClock|SystemRandomNumberGenerator)\b|\.(random|shuffled?)\(|\b(Date|UUID)\(\)"#
        for path in paths {
            for line in SwiftText.code(of: try Repository.text(of: path)).split(separator: "\n") {
                #expect(line.range(of: impure, options: .regularExpression) == nil, "\(path): \(line)")
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index + 1 < words.count, index <= 2 else { continue }
                let module = String(words[index + 1])
                #expect(allowed.contains(module), "\(path) imports \(module), which it may not")
            }
        }
    }

    @Test func theFormatIsClean() async throws {
        guard let swift = Program.find("swift") else {
            try Test.cancel("no swift in PATH")
        }
        let result = try await Program.run(
            swift, ["format", "lint", "--strict", "-r", "-p", "Package.swift", "Sources", "Tests"], in: Repository.root)
        #expect(result.code == 0, "\(result.output)")
    }

    @Test func codeOfText() {
        #expect(SwiftText.code(of: "a // b!\nc /* d!\n */ e\n") == "a \nc \n e\n")
        #expect(SwiftText.code(of: #"x("a\"b!", y)"#) == #"x("", y)"#)
        #expect(SwiftText.code(of: "\"\"\"\n a!\n\"\"\" b") == "\"\"\n\n b")
        #expect(SwiftText.code(of: ##"#"a"!"# b"##) == "\"\" b")
    }
}
