import Testing
import TradeContracts
import TradeReplay

@Suite("Outputs are compared event by event")
struct OutcomeComparisonTests {
    private static func order(
        _ event: String, _ recommendation: Int, role: String = "entry", quantity: Int = 10, run: Int = 1,
        offset: Int64 = 0
    ) -> EnvelopeRecord {
        record(
            "trade.orders.created", offset,
            """
            {"order_id":"o\(recommendation)\(role)","event_id":"\(event)","recommendation_id":\(recommendation),"symbol":"AAPL",\
            "role":"\(role)","side":"BUY","order_type":"market","quantity":\(quantity),"limit_price":null,"stop_price":null,\
            "status":"pending","run":\(run)}
            """)
    }

    private static func skip(_ event: String, _ recommendation: Int?, _ reason: String, offset: Int64 = 0)
        -> EnvelopeRecord
    {
        record(
            "trade.events.skipped", offset,
            """
            {"skip_id":"s","event_id":"\(event)","recommendation_id":\(recommendation.map(String.init) ?? "null"),\
            "symbol":\(recommendation == nil ? "null" : "\"AAPL\""),"reason":"\(reason)","message":"because of \(reason)"}
            """)
    }

    private static func deadLetter(_ offset: Int, _ reason: String) -> EnvelopeRecord {
        var record = record("dlq", 0, "garbage")
        for (name, value) in [
            ("dlq.reason", reason), ("dlq.message", "it is \(reason)"), ("dlq.source.topic", "in"),
            ("dlq.source.partition", "2"), ("dlq.source.offset", "\(offset)"),
        ] {
            HeaderBlock.append(name: name.utf8, value: value.utf8, to: &record.headers)
        }
        return record
    }

    private static func record(_ topic: String, _ offset: Int64, _ value: String) -> EnvelopeRecord {
        EnvelopeRecord(
            topic: topic, partition: 0, offset: offset, timestamp: 5, key: Array("1".utf8), value: Array(value.utf8))
    }

    private func differences(_ expected: [EnvelopeRecord], _ came: [EnvelopeRecord]) throws -> [String] {
        var index = 0
        let comparison = OutcomeComparison {
            guard index < expected.count else { return nil }
            defer { index += 1 }
            return expected[index]
        }
        for record in came { try comparison.take(record) }
        let differences = try comparison.finish()
        #expect(!comparison.isCut)
        return differences.flatMap(\.lines)
    }

    @Test func nothingDiffers() throws {
        let output = [
            Self.order("a", 1), Self.skip("a", 2, "hold"), Self.skip("b", nil, "lock_busy"),
            Self.deadLetter(4, "malformed"),
        ]
        #expect(try differences(output, output).isEmpty)
        #expect(try differences([], []).isEmpty)
        // Where a record stands in its file says nothing.
        let moved = output.map { record in
            var record = record
            record.offset += 7
            record.partition = 3
            return record
        }
        #expect(try differences(output, moved).isEmpty)
        // The order of different events neither.
        #expect(try differences(output, Array(output.dropFirst(2)) + output.prefix(2)).isEmpty)
    }

    @Test func anOrderInsteadOfASkip() throws {
        #expect(
            try differences(
                [Self.order("a", 1), Self.skip("b", 2, "hold"), Self.order("c", 3)],
                [Self.order("a", 1), Self.order("b", 2), Self.order("b", 2, role: "close"), Self.order("c", 3)]) == [
                    "event b",
                    "  recommendation 2 AAPL: expected skip hold: because of hold; came order entry BUY 10 market + order close BUY 10 market",
                ])
    }

    @Test func missingAndForeign() throws {
        #expect(
            try differences(
                [Self.order("a", 1), Self.skip("b", nil, "lock_busy")], [Self.order("a", 1), Self.order("c", 3)])
                == [
                    "event b", "  expected skip lock_busy: because of lock_busy; came nothing", "event c",
                    "  recommendation 3 AAPL: expected nothing; came order entry BUY 10 market",
                ])
    }

    @Test func fields() throws {
        #expect(
            try differences([Self.order("a", 1, run: 1)], [Self.order("a", 1, run: 2)]) == [
                "event a", "  recommendation 1 AAPL: order entry BUY 10 market, but run 1 became 2",
            ])
        var other = Self.order("a", 1)
        other.timestamp = 6
        #expect(
            try differences([Self.order("a", 1)], [other]).last
                == "  recommendation 1 AAPL: order entry BUY 10 market, but key, headers or time differ")
        #expect(
            try differences([Self.order("a", 1, quantity: 5)], [Self.order("a", 1)]).last
                == "  recommendation 1 AAPL: expected order entry BUY 5 market; came order entry BUY 10 market")
    }

    @Test func orderWithinAnEvent() throws {
        let output = [Self.order("a", 1), Self.skip("a", 1, "hold")]
        #expect(try differences(output, output.reversed()).count == 2)
    }

    @Test func deadLetters() throws {
        #expect(
            try differences([Self.deadLetter(4, "malformed")], [Self.deadLetter(4, "tombstone")]) == [
                "record in 2 4",
                "  expected dead letter malformed: it is malformed; came dead letter tombstone: it is tombstone",
            ])
    }

    /// Anything in the files is compared, also what is none of ours.
    @Test func garbage() throws {
        var record = Self.order("a", 1)
        for value in [nil, [], Array("no JSON".utf8), Array("{}".utf8), [0xff, 0xfe]] as [[UInt8]?] {
            record.value = value
            #expect(try differences([record], [record]).isEmpty)
            #expect(try !differences([Self.order("a", 1)], [record]).isEmpty)
        }
    }

    /// One change early puts one side ahead for good: only it is told.
    @Test func shifted() throws {
        let output = (0..<2_000).map { Self.order("e\($0)", $0, offset: Int64($0)) }
        var other = output
        other.remove(at: 3)
        other.insert(Self.skip("e3", 3, "hold"), at: 900)
        other.append(Self.skip("new", 1, "hold"))
        let lines = try differences(output, other)
        #expect(lines.filter { $0.hasPrefix("event") } == ["event e3", "event new"])
    }
}
