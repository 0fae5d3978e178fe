import Testing
import TradeContracts
import TradeCore

@Suite("No input can stop the decoder (G9)")
struct DecoderFuzzTests {
    private static let documents: [String] = [
        SampleObject.event.with(SampleObject.recommendation, SampleObject.recommendation.with("id", "9")).json,
        SampleObject.update.json, ReferenceDecodingTests.rulesetJSON,
        #"{ "a" : [ 1.5e-3 , -0 , true,false , null,"\u00e9\ud83d\ude00\\\/" ] , "" : { } , "b":[[],{"c":[{}]}],"n":1e400}"#,
        "{\"a\":\(String(repeating: "[", count: 62))\(String(repeating: "]", count: 62)),\"long\":\(String(repeating: "7", count: 400))}",
    ]

    private static let snippets: [String] = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "null", "true", "fals", "1e999", "-",
        "0",
        "1.", ".5", "e", "\u{0}", " ", "\n", "\t", "é", "\u{FEFF}", "/*x*/", "'", "NaN", "0x1", "\"a\":1,", "[1,2]",
        "{}",
    ]

    private static func mutate(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let at = Int.random(in: 0...text.count, using: &random)
            let end = min(text.count, at + Int.random(in: 0...4, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: text.replaceSubrange(at..<end, with: [])
            case 1: text.insert(contentsOf: (snippets.randomElement(using: &random) ?? "").utf8, at: at)
            case 2: if at < text.count { text[at] = UInt8.random(in: 0...255, using: &random) }
            case 3: text.insert(contentsOf: text[at..<end], at: min(at, text.count))
            default: if at < text.count { text.swapAt(at, Int.random(in: 0..<text.count, using: &random)) }
            }
        }
        return text
    }

    @Test("What the grammar allows is read and nothing else, on mutated documents (seeded)")
    func grammar() {
        var random = SeededRandom.fresh("mutated documents")
        let decoder = RecordDecoder()
        var valid = 0
        for round in 0..<40_000 {
            let document = DecoderFuzzTests.documents[round % DecoderFuzzTests.documents.count]
            let text = DecoderFuzzTests.mutate(Array(document.utf8), &random)
            let topic: InputTopic = round % 2 == 0 ? .analysisCompleted : .orderUpdates
            let body = SampleRecord(text, topic: topic).decoded(by: decoder).body
            var isJSON = true
            if case .undecodable(let cause) = body {
                isJSON = ![DeadLetterReason.malformed, .tooDeep].contains(cause.reason)
                #expect(!cause.message.isEmpty)
            }
            if isJSON { valid += 1 }
            if isJSON != JSONReference.isObject(text) {
                Issue.record("read: \(isJSON), seed \(random.seed), \(String(decoding: text, as: UTF8.self)) \(body)")
                return
            }
        }
        #expect(valid > 5_000)
    }

    @Test("Random bytes, keys and headers are decoded or dead letters, and the bytes are kept (seeded)")
    func garbage() {
        var random = SeededRandom.fresh("garbage")
        let decoder = RecordDecoder()
        func bytes(_ longest: Int) -> [UInt8]? {
            if Int.random(in: 0..<8, using: &random) == 0 { return nil }
            return (0..<Int.random(in: 0...longest, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
        let names = ["ce_id", "ce_specversion", "content-type", "ce_time", "traceparent", "tracestate", "ce_source"]
        for round in 0..<5_000 {
            var record = SampleRecord(bytes(200), topic: InputTopic.allCases[round % 3])
            record.key = bytes(20)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let name =
                    Bool.random(using: &random) ? Array((names.randomElement(using: &random) ?? "").utf8) : bytes(9)
                record.headers.append((name ?? [], bytes(30)))
            }
            let decoded = record.decoded(by: decoder)
            #expect(decoded.bytes.key == record.key, "seed \(random.seed)")
            #expect(decoded.bytes.value == record.value, "seed \(random.seed)")
        }
    }

    @Test("Each cut of a good event is a dead letter")
    func cuts() {
        let text = Array(DecoderFuzzTests.documents[0].utf8)
        let decoder = RecordDecoder()
        for length in 0..<text.count {
            guard case .undecodable(let cause) = SampleRecord(Array(text[..<length])).decoded(by: decoder).body else {
                Issue.record("the first \(length) bytes were read")
                return
            }
            #expect(cause.reason == .malformed)
        }
    }

    @Test("A decoder that met a huge document reads the next as before")
    func reuse() throws {
        let decoder = RecordDecoder()
        let small = SampleRecord(DecoderFuzzTests.documents[0])
        let numbers = "{\"a\":[\(String(repeating: "1,", count: 500_000))1]}"
        for _ in 0..<3 {
            guard case .undecodable(let cause) = SampleRecord(numbers).decoded(by: decoder).body else {
                Issue.record("an event without an id was read")
                return
            }
            #expect(cause.reason == .missingField)
            guard case .event(let event) = small.decoded(by: decoder).body else {
                Issue.record("a good event was refused after a huge document")
                return
            }
            #expect(event.recommendations.count == 2)
        }
    }
}
