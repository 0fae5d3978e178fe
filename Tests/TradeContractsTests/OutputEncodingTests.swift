import Testing
import TradeContracts
import TradeCore

@Suite("Encoding of outputs (R77–R81, R89–R92, R96)")
struct OutputEncodingTests {
    private func headers(_ record: EncodedRecord) -> [String] {
        HeaderBlock.headers(of: record.headers).map { "\($0.name)=\($0.value.map(OutputSamples.text) ?? "null")" }
    }

    @Test("An order, byte for byte")
    func order() {
        let record = OutputSamples.encode(.order(OutputSamples.order(OutputSamples.entry)))
        #expect(record.topic == .ordersCreated)
        #expect(OutputSamples.text(record.key) == "1")
        #expect(
            OutputSamples.text(record.value) == #"""
                {"schema_version":1,"order_id":"bbf92066-1fef-513c-b4e7-3b6893187678","event_id":"0b7f","expert_instance_id":1,"account_id":1,"use_case":"enter_market","recommendation_id":123,"transaction_id":"daa84149-f447-5bee-b7e1-11c6bc3f1dbf","symbol":"AAPL","role":"entry","side":"BUY","order_type":"market","quantity":400,"limit_price":null,"stop_price":null,"status":"pending","parent_order_id":null,"created_at":"2026-11-23T09:30:00.123Z","expires_at":"2026-11-23T09:45:00.123Z","run":7,"source":{"topic":"analysis.completed","partition":0,"offset":41},"explanation":null}
                """#)
        #expect(
            headers(record) == [
                "ce_specversion=1.0", "ce_id=bbf92066-1fef-513c-b4e7-3b6893187678", "ce_type=trade.orders.created",
                "ce_source=trade-manager", "ce_time=2026-11-23T09:30:00.123Z", "content-type=application/json",
            ])
    }

    @Test("A waiting order with prices, a parent and the event's trace")
    func waitingOrder() {
        let ids = OutputSamples.ids
        let plan = PlannedOrder(
            id: ids.order(.takeProfit), position: ids.position, role: .takeProfit, side: .sell, type: .sellLimit,
            quantity: Fixed9(billionths: 500_000_000), limitPrice: Fixed9(billionths: 208_950_000_000),
            stopPrice: Fixed9(billionths: -1), status: .waitingTrigger, parent: ids.order(.entry))
        let trace = TraceHeaders(traceparent: Array("00-a-b-01".utf8) + [0xFF], tracestate: [])
        let record = OutputSamples.encode(.order(OutputSamples.order(plan, trace: trace)))
        let json = OutputSamples.text(record.value)
        #expect(
            json.contains(
                #""role":"take_profit","side":"SELL","order_type":"sell_limit","quantity":0.5,"limit_price":208.95,"stop_price":-0.000000001,"status":"waiting_trigger","parent_order_id":"bbf92066-1fef-513c-b4e7-3b6893187678","created_at""#
            ), "\(json)")
        #expect(json.contains(#""expires_at":null,"#))
        let last = HeaderBlock.headers(of: record.headers).suffix(2)
        #expect(Array(last) == [RecordHeader("traceparent", trace.traceparent), RecordHeader("tracestate", [])])
    }

    @Test("A skip of a recommendation, byte for byte")
    func skip() throws {
        let id = try #require(UniqueID("00000000-0000-4000-8000-00000000000a"))
        let record = OutputSamples.encode(
            .skip(
                SkipRecord(
                    event: OutputSamples.event(), recommendation: RecommendationID(123), symbol: Symbol("AAPL"),
                    reason: .existingTransaction, message: "m", existing: ExistingPosition(id: id, status: .waiting),
                    skippedAt: OutputSamples.time, run: 7)))
        #expect(record.topic == .eventsSkipped)
        #expect(
            OutputSamples.text(record.value) == #"""
                {"schema_version":1,"skip_id":"6d0e88e5-9fa3-5852-b7f5-2bfefd08883b","event_id":"0b7f","expert_instance_id":1,"use_case":"enter_market","recommendation_id":123,"symbol":"AAPL","reason":"existing_transaction","covered":null,"held_by_run":null,"message":"m","existing_transaction":{"id":"00000000-0000-4000-8000-00000000000a","status":"WAITING"},"skipped_at":"2026-11-23T09:30:00.123Z","run":7,"source":{"topic":"analysis.completed","partition":0,"offset":41},"explanation":null}
                """#)
        #expect(headers(record)[1] == "ce_id=6d0e88e5-9fa3-5852-b7f5-2bfefd08883b")
        #expect(headers(record)[2] == "ce_type=trade.events.skipped")
    }

    @Test("A skip of a whole event (R78, R79)")
    func skippedEvent() {
        let record = OutputSamples.encode(
            .skip(
                SkipRecord(
                    event: OutputSamples.event(), reason: .lockBusy, covered: true, heldByRun: 6, message: "busy",
                    skippedAt: OutputSamples.time)))
        #expect(
            OutputSamples.text(record.value) == #"""
                {"schema_version":1,"skip_id":"061e81bb-f483-5f72-82bc-1de22cbcfe2e","event_id":"0b7f","expert_instance_id":1,"use_case":"enter_market","recommendation_id":null,"symbol":null,"reason":"lock_busy","covered":true,"held_by_run":6,"message":"busy","existing_transaction":null,"skipped_at":"2026-11-23T09:30:00.123Z","run":null,"source":{"topic":"analysis.completed","partition":0,"offset":41},"explanation":null}
                """#)
    }

    @Test("An encoder that is used again writes the same bytes")
    func reuse() {
        let encoder = OutputEncoder(topics: TopicNames())
        let long = OutputSamples.order(OutputSamples.entry, id: String(repeating: "é\"", count: 2_000))
        let first = encoder.encode(.order(OutputSamples.order(OutputSamples.entry)))
        _ = encoder.encode(.order(long))
        #expect(encoder.encode(.order(OutputSamples.order(OutputSamples.entry))) == first)
    }

    @Test("Strings are escaped")
    func escapes() {
        let id = "\"\\/\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F}\u{7F}é\u{2028}😀"
        let json = OutputSamples.text(
            OutputSamples.encode(.order(OutputSamples.order(OutputSamples.entry, id: id))).value)
        let expected = #""event_id":"\"\\/\u0000\u0001\b\t\n\u000b\f\r\u001f"# + "\u{7F}é\u{2028}😀\""
        #expect(json.contains(expected), "\(json)")
    }

    @Test("A message is cut at a character, 1 KiB at most (R92)")
    func messages() {
        for filler in ["a", "é", "€", "😀", "\n"] {
            for shift in 0...4 {
                let message = String(repeating: "x", count: shift) + String(repeating: filler, count: 1_100)
                let skip = SkipRecord(
                    event: OutputSamples.event(), reason: .stale, message: message, skippedAt: OutputSamples.time)
                let json = OutputSamples.text(OutputSamples.encode(.skip(skip)).value)
                let whole = (1_024 - shift) / filler.utf8.count
                let escaped = filler == "\n" ? "\\n" : filler
                let expected =
                    "\"message\":\"" + String(repeating: "x", count: shift) + String(repeating: escaped, count: whole)
                    + "\",\"existing"
                #expect(json.contains(expected))
            }
        }
    }

    @Test("A dead letter keeps the original and adds dlq headers (R9, R79)")
    func deadLetter() {
        var original: [UInt8] = []
        HeaderBlock.append(name: [0xFF], value: [0x00], to: &original)
        HeaderBlock.append(name: "empty".utf8, value: nil as [UInt8]?, to: &original)
        let bytes = RecordBytes(key: [0xFE], value: [0, 1], headers: original)
        func encode(_ timestamp: Int64?, _ message: String) -> EncodedRecord {
            OutputSamples.encode(
                .deadLetter(
                    DeadLetterRecord(
                        address: RecordAddress(topic: .orderUpdates, partition: 3, offset: 42), timestamp: timestamp,
                        bytes: bytes, cause: Undecodable(.wrongType, message))))
        }
        let record = encode(1_795_426_200_123, "m\n")
        #expect(record.topic == .deadLetters)
        #expect(record.key == [0xFE])
        #expect(record.value == [0, 1])
        #expect(Array(record.headers.prefix(original.count)) == original)
        #expect(
            headers(record).suffix(7) == [
                "dlq.reason=wrong_type", "dlq.message=m\n", "dlq.source.topic=trade.order-updates",
                "dlq.source.partition=3", "dlq.source.offset=42", "dlq.source.timestamp=1795426200123",
                "dlq.failed_at=2026-11-23T09:30:00.123Z",
            ])
        #expect(headers(encode(nil, "m")).last == "dlq.source.offset=42")
        #expect(headers(encode(.max, "m")).last == "dlq.failed_at=9999-12-31T23:59:59.999Z")
        #expect(headers(encode(.min, "m")).last == "dlq.failed_at=0000-01-01T00:00:00.000Z")
        #expect(headers(encode(nil, String(repeating: "é", count: 600)))[3].utf8.count == 12 + 1_024)
    }

    @Test("A tombstone without a key stays one as a dead letter")
    func tombstone() {
        let record = OutputSamples.encode(
            .deadLetter(
                DeadLetterRecord(
                    address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: 0), timestamp: nil,
                    bytes: RecordBytes(key: nil, value: nil, headers: []), cause: Undecodable(.tombstone, "t"))))
        #expect(record.key == nil)
        #expect(record.value == nil)
    }

    @Test("Explanations, cut to whole rules at 4 KiB (R96)")
    func explanations() throws {
        let matched = RuleTrace(rule: "one", outcome: .matched)
        let failed = RuleTrace(
            rule: "two \"2\"", outcome: .notMatched, condition: "confidence", comparison: ">=",
            value: Fixed9(billionths: 70_000_000_000), actual: Fixed9(billionths: 69_999_999_999))
        func json(_ explanation: Explanation) throws -> Substring {
            let order = OutputSamples.order(OutputSamples.entry, explanation: explanation)
            let text = OutputSamples.text(OutputSamples.encode(.order(order)).value)
            return try #require(text.rest(after: "\"explanation\":")).dropLast()
        }
        #expect(
            try json(Explanation(ruleset: "entry", rules: [matched, failed])) == #"""
                {"ruleset":"entry","rules":[{"rule":"one","outcome":"matched","condition":null,"operator":null,"value":null,"actual":null},{"rule":"two \"2\"","outcome":"not_matched","condition":"confidence","operator":">=","value":70,"actual":69.999999999}]}
                """#)
        #expect(try json(Explanation(ruleset: "e", rules: [])) == #"{"ruleset":"e","rules":[]}"#)
        let long = try json(Explanation(ruleset: "entry", rules: Array(repeating: matched, count: 1_000)))
        #expect(long.utf8.count <= 4_096)
        #expect(long.utf8.count > 3_900)
        #expect(long.hasSuffix("\"actual\":null}]}"))
        let huge = RuleTrace(rule: String(repeating: "x", count: 5_000), outcome: .error)
        #expect(try json(Explanation(ruleset: "e", rules: [huge, matched])) == #"{"ruleset":"e","rules":[]}"#)
        for padding in 3_900...4_100 {
            let rule = RuleTrace(rule: String(repeating: "x", count: padding), outcome: .error)
            #expect(try json(Explanation(ruleset: "e", rules: [rule])).utf8.count <= 4_096)
        }
    }

    @Test(
        "Numbers are plain decimals without trailing zeros (R90)",
        arguments: [
            (0, "0"), (1, "0.000000001"), (-1, "-0.000000001"), (1_500_000_000, "1.5"), (-100_000_000, "-0.1"),
            (10_000_000_000, "10"), (Int64.max, "9223372036.854775807"), (Int64.min, "-9223372036.854775808"),
            (10_010_000_000, "10.01"),
        ])
    func numbers(billionths: Int64, text: String) {
        var plan = OutputSamples.entry
        plan.quantity = Fixed9(billionths: billionths)
        let json = OutputSamples.text(OutputSamples.encode(.order(OutputSamples.order(plan))).value)
        #expect(json.contains("\"quantity\":\(text),"))
        #expect(DecimalText.fixed9(text)?.billionths == billionths)
    }
}
