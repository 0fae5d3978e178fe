import Testing
import TradeCore

@testable import TradeContracts

/// What dead letters and published records say of themselves.
@Suite struct DeadLetterHeadersTests {
    private func block(_ headers: [(String, String?)]) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in headers {
            HeaderBlock.append(name: name.utf8, value: value.map { Array($0.utf8) }, to: &block)
        }
        return block
    }

    private let own: [(String, String?)] = [
        ("dlq.reason", "malformed"), ("dlq.message", "no JSON"), ("dlq.source.topic", "t"),
        ("dlq.source.partition", "3"), ("dlq.source.offset", "41"), ("dlq.source.timestamp", "5"),
        ("dlq.failed_at", "1970-01-01T00:00:00.005Z"),
    ]

    @Test("What the encoder writes is read")
    func encoded() throws {
        let letter = DeadLetterRecord(
            address: RecordAddress(topic: .orderUpdates, partition: 2, offset: 7), timestamp: -1,
            bytes: RecordBytes(key: nil, value: Array("x".utf8), headers: block([("a", "b"), ("dlq.redriven", "4")])),
            cause: Undecodable(.tooDeep, "deep"))
        let record = DeadLetterEncoder.encode(letter, topics: TopicNames())
        let headers = try #require(DeadLetterHeaders(record.headers))
        #expect(
            headers.reason == "too_deep" && headers.message == "deep" && headers.sourceTopic == "trade.order-updates")
        #expect(headers.sourcePartition == 2 && headers.sourceOffset == 7 && headers.sourceTimestamp == -1)
        #expect(headers.redrivenCount == 4 && headers.omittedValue == nil && headers.omittedRest == nil)
        #expect(OutputIdentity.time(of: .deadLetters, headers: record.headers)?.microseconds == -1_000)
        // The count stays when all else goes.
        for reduction in DeadLetterEncoder.reductions(of: record) {
            let reduced = try #require(DeadLetterHeaders(reduction.headers))
            #expect(reduced.redrivenCount == 4 && reduced.omittedValue == "1")
            #expect(
                OutputIdentity.id(of: .deadLetters, headers: reduction.headers)
                    == OutputIdentity.id(of: .deadLetters, headers: record.headers))
        }
    }

    @Test("Of two sets the last one counts, and nothing of the first")
    func twice() throws {
        let first = block([("dlq.value_omitted", "9"), ("dlq.redriven", "1")] + own + [("dlq.key_omitted", "8")])
        let headers = try #require(DeadLetterHeaders(first + block([("dlq.reason", "tombstone")] + own.dropFirst())))
        #expect(headers.reason == "tombstone" && headers.omittedValue == nil && headers.omittedRest == nil)
        #expect(headers.redrivenCount == 1)
    }

    @Test("What is no dead letter is none", arguments: 0..<5)
    func incomplete(missing: Int) {
        var headers = own
        let removed = headers.remove(at: missing).0
        #expect((DeadLetterHeaders(block(headers)) == nil) == (removed != "dlq.message"))
        headers.append((removed, nil))
        #expect((DeadLetterHeaders(block(headers)) == nil) == (removed != "dlq.message"))
        headers.append((removed, removed.hasSuffix("partition") ? "2147483648" : "9223372036854775808"))
        let isNumber = removed.hasSuffix("partition") || removed.hasSuffix("offset")
        #expect((DeadLetterHeaders(block(headers)) == nil) == (isNumber || removed == "dlq.reason"))
    }

    @Test(
        "A count that is none is told apart from no count",
        arguments: [(nil, nil), ("", nil), ("-1", nil), ("x", nil), ("0", 0), ("12", 12), ("9223372036854775808", nil)]
            as [(String?, Int?)])
    func count(text: String?, count: Int?) {
        #expect(DeadLetterHeaders(block([("dlq.redriven", text)] + own))?.redrivenCount == count)
        #expect(DeadLetterHeaders(block(own))?.redrivenCount == 0)
    }

    @Test("Sent in again, a record has its own headers and the count")
    func redriven() {
        let headers = block(
            [("a", "1"), ("dlq.redriven", "1"), ("dlqx", nil), ("a", "2")] + own + [("dlq.later", "x")])
        let sent = HeaderBlock.headers(of: DeadLetterHeaders.redriven(headers, count: 2))
        #expect(sent.map(\.name) == ["a", "dlqx", "a", "dlq.redriven"])
        #expect(sent.map { $0.value.map { String(decoding: $0, as: UTF8.self) } } == ["1", nil, "2", "2"])
    }

    @Test("R89: orders and skips are known by their ce_id")
    func identity() {
        let id = UniqueID(high: 1, low: 2)
        let headers = block([("ce_id", id.description), ("ce_time", "1970-01-01T00:00:01.000Z")])
        #expect(OutputIdentity.id(of: .ordersCreated, headers: headers) == id)
        #expect(OutputIdentity.id(of: .eventsSkipped, headers: headers) == id)
        #expect(OutputIdentity.id(of: .deadLetters, headers: headers) == nil)
        #expect(OutputIdentity.time(of: .ordersCreated, headers: headers)?.microseconds == 1_000_000)
        #expect(OutputIdentity.id(of: .ordersCreated, headers: block([("ce_id", "x")])) == nil)
        #expect(OutputIdentity.id(of: .ordersCreated, headers: []) == nil)
        #expect(OutputIdentity.time(of: .ordersCreated, headers: block([("ce_time", nil)])) == nil)
        // Where it stood and why: all of it counts.
        let ids = [0, 2, 3, 4].map { index in
            var other = own
            other[index].1 = index >= 3 ? "9" : "other"
            return OutputIdentity.id(of: .deadLetters, headers: block(other))
        }
        #expect(Set(ids + [OutputIdentity.id(of: .deadLetters, headers: block(own))]).count == 5 && !ids.contains(nil))
    }
}
