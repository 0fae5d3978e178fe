import Testing
import TradeContracts
import TradeCore

@Suite("Finding outputs and reading them back")
struct OutputSearchTests {
    static let explanation = Explanation(
        ruleset: "trend \"fast\"",
        rules: [
            RuleTrace(
                rule: "a, \"b\"]}", outcome: .notMatched, condition: "confidence", comparison: ">=",
                value: Fixed9(billionths: 60_500_000_000), actual: Fixed9(billionths: -1)),
            RuleTrace(rule: "", outcome: .matched),
            RuleTrace(rule: "x", outcome: .error, condition: "nonsense"), RuleTrace(rule: "y", outcome: .notReached),
        ])

    private static func skip(_ id: String, _ recommendation: Int64?, message: String = "") -> [UInt8] {
        let skip = SkipRecord(
            event: OutputSamples.event(id: id), recommendation: recommendation.map { RecommendationID($0) },
            reason: .conditionsNotMet, message: message, skippedAt: OutputSamples.time,
            explanation: recommendation == nil ? nil : explanation)
        return OutputSamples.encode(.skip(skip)).value ?? []
    }

    @Test("R96: an explanation is read back as it was")
    func explanations() {
        let reader = OutputFieldReader()
        #expect(reader.explanation(of: Self.skip("a", 1)) == Self.explanation)
        #expect(reader.explanation(of: Self.skip("a", nil)) == nil)
        for text in ["", "{", "[]", #"{"explanation":1}"#, #"{"explanation":{"ruleset":"a","rules":[{}]}}"#] {
            #expect(reader.explanation(of: Array(text.utf8)) == nil)
        }
    }

    @Test("Bytes are in what is about an event or a recommendation, and in nothing else")
    func bytes() {
        let ids = ["a", "aa", "\"a\"", "\\", "é", "\"event_id\":\"a\"", "\n"]
        for id in ids {
            for other in ids {
                let value = Self.skip(id, 12, message: "\"event_id\":\"\(other)\",\"recommendation_id\":1,")
                #expect(Self.contains(value, OutputSearch.bytes(ofEvent: other)) == (id == other), "\(id) \(other)")
                for number in [1, 2, 12, 123, -12] as [Int64] {
                    let found = Self.contains(value, OutputSearch.bytes(of: RecommendationID(number)))
                    #expect(found == (number == 12))
                }
            }
        }
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
