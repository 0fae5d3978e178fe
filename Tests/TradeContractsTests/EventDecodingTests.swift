import Testing
import TradeContracts
import TradeCore

@Suite("Decoding of events")
struct EventDecodingTests {
    private let event = SampleObject.event
    private let recommendation = SampleObject.recommendation

    @Test("The example of the contract is read in full")
    func example() throws {
        let event = try #require(SampleRecord(event.with(recommendation).json).event)
        #expect(event.identity == EventIdentity(id: "0b7f"))
        #expect(event.occurredAt == Timestamp(microseconds: 1_795_426_200_123_000))
        #expect(event.expert == ExpertID(1))
        #expect(event.useCase == .enterMarket)
        #expect(event.lookbackDays == 1)
        #expect(event.trace == nil)
        let advice = try #require(event.recommendations.first)
        #expect(event.recommendations.count == 1)
        #expect(advice.id == RecommendationID(123))
        #expect(advice.symbol == Symbol("AAPL"))
        #expect(advice.action == .buy)
        #expect(advice.confidence == Fixed9(billionths: 78_500_000_000))
        #expect(advice.expectedProfitPercent == Fixed9(billionths: 6_200_000_000))
        #expect(advice.priceAtDate == Fixed9(billionths: 189_950_000_000))
        #expect(advice.targetPrice == Fixed9(billionths: 201_500_000_000))
        #expect(advice.riskLevel == .medium)
        #expect(advice.timeHorizon == .shortTerm)
        #expect(advice.marketAnalysisID == 77)
        #expect(advice.createdAt == Timestamp(microseconds: 1_795_426_198_000_000))
    }

    @Test("Optional fields may be absent or null (R1)")
    func optional() throws {
        for json in [nil, "null"] {
            var event = event
            for key in ["schema_version", "account_id", "trigger", "correlation_id", "lookback_days"] {
                event = event.with(key, json)
            }
            var advice = recommendation
            for key in [
                "confidence", "expected_profit_percent", "target_price", "risk_level", "time_horizon",
                "market_analysis_id",
            ] {
                advice = advice.with(key, json)
            }
            let read = try #require(SampleRecord(event.with(advice).json).event)
            #expect(read.lookbackDays == 1)
            #expect(read.recommendations.first?.confidence == nil)
            #expect(read.recommendations.first?.targetPrice == nil)
            #expect(SampleRecord(event.with("recommendations", json).json).event?.recommendations == [])
        }
    }

    @Test("What is required must be there, null is absent (R1)", arguments: [nil, "null"])
    func required(json: String?) {
        for key in ["event_id", "occurred_at", "expert_instance_id", "use_case"] {
            let cause = SampleRecord(event.with(key, json).json).undecodable
            #expect(cause == Undecodable(.missingField, "\(key) is missing"))
        }
        for key in ["id", "symbol", "recommended_action", "price_at_date", "created_at"] {
            let cause = SampleRecord(event.with(recommendation, recommendation.with("id", "4").with(key, json)).json)
                .undecodable
            #expect(cause == Undecodable(.missingField, "recommendations[1].\(key) is missing"))
        }
    }

    static let invalid: [(key: String, json: String, reason: DeadLetterReason)] = [
        ("schema_version", "2", .unsupportedVersion), ("schema_version", "0", .unsupportedVersion),
        ("schema_version", "1.5", .unsupportedVersion), ("schema_version", "1e999", .unsupportedVersion),
        ("schema_version", #""1""#, .wrongType), ("schema_version", "true", .wrongType),
        ("event_id", "5", .wrongType), ("event_id", "[]", .wrongType), ("event_id", #""""#, .invalidValue),
        ("event_id", #"" \t\u00a0""#, .invalidValue), ("event_id", #""a\u0000b""#, .invalidValue),
        ("event_id", "\"\(String(repeating: "é", count: 129))\"", .invalidValue),
        ("occurred_at", "1700000000", .wrongType), ("occurred_at", #""2026-11-23""#, .invalidValue),
        ("occurred_at", #""2026-11-23 09:30:00Z""#, .invalidValue),
        ("expert_instance_id", #""1""#, .wrongType), ("expert_instance_id", "1.5", .invalidValue),
        ("expert_instance_id", "9223372036854775808", .invalidValue), ("expert_instance_id", "false", .wrongType),
        ("expert_instance_id", "1e-400", .invalidValue), ("expert_instance_id", "1e400", .invalidValue),
        ("account_id", #""1""#, .wrongType), ("account_id", "1e30", .invalidValue),
        ("use_case", "1", .wrongType), ("use_case", #""ENTER_MARKET""#, .unknownValue),
        ("use_case", #""enter_market ""#, .unknownValue), ("use_case", #""""#, .unknownValue),
        ("trigger", "1", .wrongType), ("trigger", "\"\(String(repeating: "x", count: 65))\"", .invalidValue),
        ("correlation_id", "{}", .wrongType),
        ("lookback_days", "0", .invalidValue), ("lookback_days", "3651", .invalidValue),
        ("lookback_days", "1.5", .invalidValue), ("lookback_days", #""1""#, .wrongType),
        ("recommendations", "{}", .wrongType), ("recommendations", "[null]", .wrongType),
        ("recommendations", "[[]]", .wrongType), ("recommendations", "1", .wrongType),
    ]

    @Test("What is wrong in an event makes a dead letter that names it (R2, R9)", arguments: invalid)
    func refused(key: String, json: String, reason: DeadLetterReason) throws {
        let cause = try #require(SampleRecord(event.with(key, json).json).undecodable)
        #expect(cause.reason == reason)
        #expect(cause.message.hasPrefix(key), "\(cause.message)")
        #expect(cause.message.contains("allowed: "), "\(cause.message)")
        #expect(cause.message.utf8.count < 400)
    }

    static let invalidAdvice: [(key: String, json: String, reason: DeadLetterReason)] = [
        ("id", "1.5", .invalidValue), ("id", #""1""#, .wrongType), ("id", "-9223372036854775809", .invalidValue),
        ("symbol", #""""#, .invalidValue), ("symbol", #"" ""#, .invalidValue), ("symbol", #""\u3000""#, .invalidValue),
        ("symbol", "\"\(String(repeating: "A", count: 65))\"", .invalidValue),
        ("symbol", #""A\u0000""#, .invalidValue), ("symbol", "1", .wrongType),
        ("recommended_action", #""buy""#, .unknownValue), ("recommended_action", "null2", .malformed),
        ("recommended_action", "false", .wrongType),
        ("confidence", "100.000000001", .invalidValue), ("confidence", "-0.000000001", .invalidValue),
        ("confidence", #""78""#, .wrongType), ("confidence", "1e400", .invalidValue), ("confidence", "NaN", .malformed),
        ("expected_profit_percent", "1000000.000000001", .invalidValue),
        ("expected_profit_percent", "-1000000.000000001", .invalidValue),
        ("expected_profit_percent", "-1e400", .invalidValue), ("expected_profit_percent", "Infinity", .malformed),
        ("price_at_date", "0", .invalidValue), ("price_at_date", "-1", .invalidValue),
        ("price_at_date", "0.0000000001", .invalidValue), ("price_at_date", "1000000000.000000001", .invalidValue),
        ("price_at_date", "true", .wrongType), ("price_at_date", "1.", .malformed), ("price_at_date", "01", .malformed),
        ("target_price", "0", .invalidValue), ("target_price", "1e10", .invalidValue),
        ("risk_level", #""medium""#, .unknownValue), ("risk_level", "1", .wrongType),
        ("time_horizon", #""SHORT""#, .unknownValue), ("market_analysis_id", "1.5", .invalidValue),
        ("market_analysis_id", #""x""#, .wrongType),
        ("created_at", #""yesterday""#, .invalidValue), ("created_at", "1", .wrongType),
        ("created_at", #""2026-11-24T09:30:00.123001Z""#, .invalidValue),
    ]

    @Test("What is wrong in a recommendation makes a dead letter that names it (R2, R3, R7)", arguments: invalidAdvice)
    func refusedAdvice(key: String, json: String, reason: DeadLetterReason) throws {
        let cause = try #require(
            SampleRecord(event.with(recommendation.with("id", "9"), recommendation.with(key, json)).json).undecodable)
        #expect(cause.reason == reason)
        if reason != .malformed {
            #expect(cause.message.hasPrefix("recommendations[1].\(key) is "), "\(cause.message)")
        }
    }

    static let accepted: [(key: String, json: String)] = [
        ("id", "1.0"), ("id", "1e3"), ("id", "12300E-2"), ("id", "-9223372036854775808"), ("id", "-0"),
        ("symbol", "\"\(String(repeating: "é", count: 32))\""), ("symbol", #"" AAPL""#), ("confidence", "0"),
        ("confidence", "100"), ("confidence", "-0"), ("confidence", "1E-400"), ("confidence", "100.0000000001"),
        ("expected_profit_percent", "-1000000"), ("expected_profit_percent", "1e6"),
        ("price_at_date", "1000000000"), ("price_at_date", "0.000000001"),
        ("price_at_date", "1." + String(repeating: "3", count: 400)),
        ("created_at", #""2026-11-24T09:30:00.123Z""#), ("created_at", #""2026-11-24T10:30:00.123+01:00""#),
        ("unknown", "1e400"), ("unknown", String(repeating: "9", count: 400)),
        ("unknown", #"{"a":[1,{"b":null}]}"#),
    ]

    @Test("What is at a limit or in another spelling is accepted (R3, R4)", arguments: accepted)
    func taken(key: String, json: String) {
        let record = SampleRecord(event.with(recommendation.with(key, json)).json)
        #expect(record.event != nil, "\(record.undecodable?.message ?? "")")
    }

    @Test("R8: an absent schema version is 1, in every spelling of the number, and no other is read")
    func versions() {
        for version in [nil, "null", "1", "1.0", "10e-1"] {
            #expect(SampleRecord(event.with("schema_version", version).json).event != nil, "\(version ?? "absent")")
        }
        for version in ["0", "2", "-1", "1.000000001", "1e1", "1e999"] {
            let cause = SampleRecord(event.with("schema_version", version).json).undecodable
            #expect(cause?.reason == .unsupportedVersion, "\(version)")
            #expect(cause?.message.hasSuffix("allowed: 1") == true, "\(cause?.message ?? "")")
        }
    }

    @Test("Of a key given twice the last counts (R4)")
    func repeatedKeys() {
        let json =
            #"{"event_id":5,"expert_instance_id":1,"expert_instance_id":2,"#
            + String(SampleObject.event.with("expert_instance_id", nil).json.dropFirst())
        #expect(SampleRecord(json).event?.expert == ExpertID(2))
        let escaped = event.with(#"expert\u005finstance_id"#, "7").json
        #expect(SampleRecord(escaped).event?.expert == ExpertID(7))
        #expect(SampleRecord(event.with(#"use\u005fcase"#, "null").json).undecodable?.reason == .missingField)
    }

    @Test("The same recommendation id twice in one event is a dead letter (R13)")
    func repeatedRecommendation() {
        let cause = SampleRecord(
            event.with(recommendation, recommendation.with("id", "7"), recommendation.with("id", "1.23e2")).json
        ).undecodable
        #expect(cause == Undecodable(.invalidValue, "recommendations: id 123 is given twice"))
    }

    @Test("A zero byte in front names the Confluent wire format (R9)")
    func confluent() throws {
        let cause = try #require(SampleRecord([0, 0, 0, 1, 2] + Array(event.json.utf8)).undecodable)
        #expect(cause.reason == .malformed)
        #expect(cause.message.contains("Confluent wire format with schema id 258"))
    }

    static let malformed: [String] = [
        "", " ", "nul", "null", "1", "\"text\"", "[]", "{", "}", "{}{}", "{} x", "{}]", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "{'a':1}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":-}",
        "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}", "{\"\\ud800\":1}",
        "{\"a\":\"\u{1}\"}", "{\"a\":\"\n\"}", "{\"a\":tru}", "{\"a\":truex}", "{\"a\":nulll}", "{\"a\":\"b\":{}}",
        "{\"a\":1:2}", "{a:1}", "\u{FEFF}{}", "{\"a\":[1 2]}", "{\"a\":[1,]}", "{\"a\":[}", "{\"a\":0x10}",
        "{\"a\":1e400x}", "{\"a\":-1e400-}", "{} //", "// {}\n{}", "{\"a\":01}", "{\"a\":1e400:2}",
    ]

    @Test("What is no JSON object is malformed (R9)", arguments: malformed)
    func notJSON(text: String) throws {
        let cause = try #require(SampleRecord(text).undecodable)
        #expect(cause.reason == .malformed, "\(cause.message)")
    }

    @Test("Bytes that are not UTF-8 are malformed (R9)")
    func notUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] {
            let json = Array(#"{"unknown":""#.utf8) + bytes + Array(#"""#.utf8) + Array("}".utf8)
            #expect(SampleRecord(json).undecodable?.reason == .malformed)
        }
    }

    @Test("Size and depth come before everything else (R5)")
    func limits() {
        let huge = [UInt8](repeating: UInt8(ascii: "["), count: 10_000_000)
        #expect(SampleRecord(huge).undecodable?.reason == .tooLarge)
        #expect(SampleRecord(Array(huge.prefix(1 << 20))).undecodable?.reason == .tooDeep)
        #expect(SampleRecord(String(repeating: "{\"a\":", count: 65)).undecodable?.reason == .tooDeep)
        func nested(_ levels: Int) -> String {
            event.with("x", String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).json
        }
        #expect(SampleRecord(nested(63)).event != nil)
        #expect(SampleRecord(nested(64)).undecodable?.reason == .tooDeep)
        #expect(SampleRecord(nested(64) + "garbage").undecodable?.reason == .tooDeep)
        #expect(SampleRecord(event.with("x", "\"\(String(repeating: "[", count: 200))\"").json).event != nil)
        let base = event.with("x", "\"\"").json.utf8.count
        func padded(_ size: Int) -> String {
            event.with("x", "\"\(String(repeating: "x", count: size - base))\"").json
        }
        #expect(SampleRecord(padded(1 << 20)).event != nil)
        #expect(SampleRecord(padded(1 << 20 + 1)).undecodable?.reason == .tooLarge)
    }

    @Test("A record without a value is a tombstone, an empty value malformed")
    func tombstone() {
        #expect(SampleRecord(nil as [UInt8]?).undecodable?.reason == .tombstone)
        #expect(SampleRecord([] as [UInt8]).undecodable?.reason == .malformed)
    }

    @Test("The original bytes are kept, names of headers that are not UTF-8 too (R10)")
    func original() {
        var record = SampleRecord([0xFF, 0x00])
        record.key = [0xFE]
        record.headers = [([0xC3, 0x28], [0x80]), ([], nil), (Array("a".utf8), [])]
        let decoded = record.decoded()
        #expect(decoded.bytes.key == [0xFE])
        #expect(decoded.bytes.value == [0xFF, 0x00])
        #expect(decoded.timestamp == record.timestamp)
        #expect(decoded.address == RecordAddress(topic: .analysisCompleted, partition: 0, offset: 41))
        var read: [([UInt8], [UInt8]?)] = []
        HeaderBlock.forEach(in: decoded.bytes.headers) { read.append((Array($0), $1.map(Array.init))) }
        #expect(read.map(\.0) == record.headers.map(\.name))
        #expect(read.map(\.1) == record.headers.map(\.value))
        record.key = nil
        record.headers = []
        #expect(record.decoded().bytes == RecordBytes(key: nil, value: [0xFF, 0x00], headers: []))
    }
}
