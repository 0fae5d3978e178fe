import Settings
import Support
import Testing

@Suite struct YAMLParserTests {
    private func parse(_ text: String) throws(ConfigurationError) -> YAMLNode {
        try YAMLParser.parse(Array(text.utf8), file: "f.yaml")
    }

    /// The tree in short: scalars with an apostrophe where they were quoted, every value with its line.
    private func short(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, let isQuoted): "\(isQuoted ? "'" : "")\(text)@\(node.line)"
        case .list(let nodes): "[" + nodes.map(short).joined(separator: " ") + "]"
        case .map(let entries): "{" + entries.map { "\($0.key):\(short($0.value))" }.joined(separator: " ") + "}"
        }
    }

    @Test(arguments: [
        ("", "@1"), ("# nothing\n", "@1"), ("---\n...\n", "@2"), ("a", "a@1"), ("\u{feff}a: 1", "{a:1@1}"),
        ("a: 1\nb: '2'\nc: \"3\\n\"\n", "{a:1@1 b:'2@2 c:'3\n@3}"),
        ("a:\n  - 1\n  - {x: y, z: }\n", "{a:[1@2 {x:y@3 z:@3}]}"), ("a: |\n  x\n  y\n", "{a:'x\ny\n@1}"),
        ("z: 0.10\na: 1e3\n", "{z:0.10@1 a:1e3@2}"), ("a: \"\\0\"", "{a:'\0@1}"), ("1: 2", "{1:2@1}"),
        ("\"\": x", "{:x@1}"),
        ("a: [~, null, \"null\"]", "{a:[~@1 null@1 'null@1]}"), ("a: \"\\U0001F600\"", "{a:'😀@1}"),
    ])
    func trees(text: String, tree: String) throws {
        #expect(short(try parse(text)) == tree)
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", 3, "given twice; the first is in line 1"), ("a: {b: 1, b: 2}", 1, "given twice"),
        ("a: &x 1\n", 1, "anchors"), ("a: 1\nb: *x\n", 2, "anchors"), ("a: !!str 1\n", 1, "tags"),
        ("a: ! x", 1, "tags"),
        ("&a [*a]", 1, "anchors"), ("a: &x {b: *x}", 1, "anchors"), ("- [1, 2\n- 3\n", 2, "no YAML"),
        ("a: b: c", 1, "no YAML"),
        ("a: 1\n\tb: 2\n", 2, "no YAML"), ("? [1]\n: 2\n", 1, "can't be a key"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 'x", 1, "no YAML"), ("{", 1, "no YAML"), ("]", 1, "no YAML"), ("%YAML 9.9\n---\na: 1", 1, "no YAML"),
        ("a: \u{1}", 1, "no YAML"),
        ("<<: {a: 1}\n<<: {b: 1}", 2, "given twice"),
    ])
    func refusals(text: String, line: Int, message: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try parse(text) }
        let problem = try #require(error.problems.first)
        #expect(problem.message.contains(message), "\(error)")
        #expect(problem.source == .file("f.yaml", line: line), "\(error)")
    }

    @Test func bytesThatAreNoUTF8() {
        for bytes: [UInt8] in [[0xff, 0xfe, 0x61, 0], [0x61, 0x3a, 0x20, 0xc0], [0], [0x80], [0xed, 0xa0, 0x80]] {
            #expect(throws: ConfigurationError.self) { try YAMLParser.parse(bytes, file: "f") }
        }
    }

    @Test func depthAndSizeHaveLimits() throws {
        let limit = YAMLParser.depthLimit
        _ = try parse(String(repeating: "[", count: limit) + String(repeating: "]", count: limit))
        #expect(throws: ConfigurationError.self) {
            try parse(String(repeating: "[", count: limit + 2) + String(repeating: "]", count: limit + 2))
        }
        #expect(throws: ConfigurationError.self) { try parse(String(repeating: "[", count: 200_000)) }
        #expect(throws: ConfigurationError.self) { try parse(String(repeating: "{a: ", count: 200_000)) }
        let big = [UInt8](repeating: 0x23, count: YAMLParser.byteLimit + 1)
        #expect(throws: ConfigurationError.self) { try YAMLParser.parse(big, file: "f") }
    }

    /// No bytes end the process, whatever they are (G9).
    @Test func mutatedDocumentsEndInATreeOrAnError() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &random)
        print("seed \(seed)")
        var generator = ContractRandom(seed: seed)
        let start = Array("a: {b: [1, 'x', \"y\\n\"], c: |\n  text\n}\n&x *y !z ? : - # % @ ` ---\n...\n<<: ~".utf8)
        var trees = 0
        for _ in 0..<3000 {
            var bytes = Array(start.prefix(Int.random(in: 0...start.count, using: &generator)))
            for _ in 0..<Int.random(in: 0..<4, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                let other = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                case 2: bytes.swapAt(index, other)
                default: bytes.insert(contentsOf: bytes[min(index, other)...max(index, other)], at: index)
                }
            }
            if (try? YAMLParser.parse(bytes, file: "f")) != nil { trees += 1 }
        }
        #expect(trees > 0)
    }

    @Test func summaries() throws {
        let node = try parse("[null, 'null', \(String(repeating: "x", count: 100)), [1, 2], {a: 1}]")
        guard case .list(let nodes) = node.content else {
            Issue.record("no list")
            return
        }
        let long = String(repeating: "x", count: 80) + "…"
        #expect(nodes.map(\.summary) == ["null", "\"null\"", long, "a list of 2", "a map of 1"])
        #expect(nodes.map(\.isNull) == [true, false, false, false, false])
    }
}
