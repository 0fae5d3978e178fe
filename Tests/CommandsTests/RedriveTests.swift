import Support
import Testing
import TradeContracts
import TradeKafka

@testable import Commands

/// Which dead letters go where, and what is remembered of it, without a broker.
@Suite struct RedriveTests {
    private static let topics = TopicNames()

    private static func letter(
        _ offset: Int64, reason: String = "malformed", topic: String = "analysis.completed",
        more: [(String, String)] = [], value: String? = "v"
    ) -> EnvelopeRecord {
        var headers: [UInt8] = []
        for (name, value) in [("own", "1")] + more + [
            ("dlq.reason", reason), ("dlq.message", "m"), ("dlq.source.topic", topic), ("dlq.source.partition", "0"),
            ("dlq.source.offset", "\(offset)"),
        ] { HeaderBlock.append(name: name.utf8, value: value.utf8, to: &headers) }
        return EnvelopeRecord(
            topic: topics.deadLetters, partition: 0, offset: offset, timestamp: 5, key: Array("k".utf8),
            value: value.map { Array($0.utf8) }, headers: headers)
    }

    private func decide(_ letter: EnvelopeRecord, reasons: Set<String> = [], limit: Int = 1) -> RedriveRules.Decision {
        RedriveRules(topics: Self.topics, reasons: reasons, limit: limit).decide(letter)
    }

    @Test("Events and order updates are sent, with their own headers and the count")
    func sent() {
        for topic in ["analysis.completed", "trade.order-updates"] {
            guard case .send(topic, let headers, 1) = decide(Self.letter(3, topic: topic)) else {
                Issue.record("\(topic) is not sent")
                continue
            }
            #expect(HeaderBlock.headers(of: headers).map(\.name) == ["own", "dlq.redriven"])
        }
        // A tombstone goes, too: it becomes a dead letter again, and then it is left out.
        guard case .send(_, _, 1) = decide(Self.letter(3, reason: "tombstone", value: nil)) else {
            return #expect(Bool(false), "a tombstone is not sent")
        }
    }

    @Test(
        "What is left out is left out for a reason",
        arguments: [
            ("malformed", "trade.reference", [], 1, "may have set its key"),
            ("malformed", "other", [], 1, "is no input topic"),
            ("malformed", "analysis.completed.dlq", [], 1, "is no input topic"), ("malformed", "", [], 1, "no input"),
            ("too_large", "analysis.completed", [], 1, "never read"),
            ("malformed", "analysis.completed", [("dlq.redriven", "1")], 1, "1 times already"),
            ("malformed", "analysis.completed", [("dlq.redriven", "9")], 3, "9 times already (--limit-redriven 3)"),
            ("malformed", "analysis.completed", [("dlq.redriven", "x")], 3, "is no number"),
            ("malformed", "analysis.completed", [("dlq.redriven", "-1")], 3, "is no number"),
        ] as [(String, String, [(String, String)], Int, String)])
    func leftOut(reason: String, topic: String, more: [(String, String)], limit: Int, text: String) {
        guard case .leave(let why) = decide(Self.letter(3, reason: reason, topic: topic, more: more), limit: limit)
        else { return #expect(Bool(false), "\(text): not left out") }
        #expect(why.contains(text))
    }

    @Test("Without their value, or headers, they can't be sent; nor what is no dead letter")
    func incomplete() {
        var letter = Self.letter(1, value: nil)
        HeaderBlock.append(name: "dlq.value_omitted".utf8, value: "77".utf8, to: &letter.headers)
        guard case .leave(let value) = decide(letter) else { return #expect(Bool(false), "sent without its value") }
        #expect(value.contains("77 bytes"))
        letter = Self.letter(1)
        HeaderBlock.append(name: "dlq.headers_omitted".utf8, value: "7".utf8, to: &letter.headers)
        guard case .leave = decide(letter) else { return #expect(Bool(false), "sent without its headers") }
        letter.headers = []
        guard case .leave(let foreign) = decide(letter) else { return #expect(Bool(false), "sent what is none") }
        #expect(foreign.contains("no dead letter"))
        #expect(decide(Self.letter(1, reason: "wrong_type"), reasons: ["malformed"]) == .notSelected)
    }

    @Test("The loop guard lets through as often as it says")
    func guardLimit() {
        for (done, limit, goes) in [(0, 1, true), (1, 1, false), (1, 2, true), (2, 2, false)] {
            let decision = decide(Self.letter(1, more: [("dlq.redriven", "\(done)")]), limit: limit)
            if case .send(_, _, let count) = decision {
                #expect(goes && count == done + 1)
            } else {
                #expect(!goes)
            }
        }
    }

    // MARK: - What is remembered

    @Test("A position is read as it was written, and garbage says nothing")
    func positionText() {
        var position = RedrivePosition(offset: 5)
        let isWhole = position.advance(from: 5, to: 9, reasons: ["malformed", "refused"])
        #expect(isWhole)
        #expect(position.committed == CommittedOffset(nextOffset: 5, metadata: "malformed=9,refused=9"))
        #expect(RedrivePosition(position.committed) == position)
        for text in ["", "x", "x=", "=,=", "x=y", "x=5", "x=-1", "x=9=9", "\u{0}"] {
            let read = RedrivePosition(CommittedOffset(nextOffset: 5, metadata: text))
            #expect(read == RedrivePosition(offset: 5), "\(text)")
        }
    }

    @Test("A position covers exactly what was worked off without a gap")
    func positionProperty() {
        let seed = UInt64.random(in: 0 ... .max)
        print("positionProperty: seed \(seed)")
        var random = ContractRandom(seed: seed)
        let reasons = ["a", "b", "c"]
        for _ in 0..<300 {
            var position = RedrivePosition(offset: 0)
            // Of each reason all below this is done.
            var done = ["a": Int64(0), "b": 0, "c": 0]
            for _ in 0..<12 {
                let start = Int64.random(in: 0...8, using: &random)
                let end = start + Int64.random(in: 0...6, using: &random)
                let chosen = Set(reasons.filter { _ in random.chance(40) })
                let before = position
                let isWhole = position.advance(from: start, to: end, reasons: chosen)
                if chosen.isEmpty {
                    // The whole must not have a gap in any reason that is not ahead anyway.
                    #expect(isWhole == (start <= before.offset))
                    if isWhole { for reason in reasons { done[reason] = max(done[reason] ?? 0, end) } }
                } else {
                    for reason in chosen where start <= done[reason] ?? 0 {
                        done[reason] = max(done[reason] ?? 0, end)
                    }
                }
                position = RedrivePosition(position.committed)
                for reason in reasons {
                    for offset in Int64(0)..<16 {
                        #expect(
                            position.covers(offset, reason: reason) == (offset < done[reason] ?? 0),
                            "seed \(seed): \(position) \(reason) \(offset)")
                    }
                }
            }
        }
    }

    // MARK: - The run

    private struct Crash: Error {}

    /// A broker's side: what was sent, and what was committed.
    private final class Broker {
        var sent: [String] = []
        var positions: [Int32: RedrivePosition] = [:]
        var crashesAfterSend = false
    }

    /// One run over offsets `from..<10` of one partition, flushing after every third.
    private func run(
        _ broker: Broker, _ start: RecordRange.Start? = nil, from: Int64? = nil, reasons: Set<String> = []
    ) throws -> Redrive {
        let start = start ?? .positions([:])
        let redrive = Redrive(
            rules: RedriveRules(topics: Self.topics, reasons: reasons, limit: 1), positions: broker.positions,
            start: start, say: { _ in })
        let first = from ?? broker.positions[0]?.offset ?? 0
        func flush(_ next: Int64) throws {
            let extent = RangeExtent(
                partition: KafkaPartition(topic: "d", partition: 0), start: first, next: next, logEnd: 10,
                partitionCount: 1)
            try redrive.flush(
                [extent],
                send: { messages in
                    broker.sent += messages.map { String(decoding: $0.record.value ?? [], as: UTF8.self) }
                    if broker.crashesAfterSend { throw Crash() }
                }, remember: { broker.positions.merge($0) { $1 } })
        }
        for offset in first..<max(first, 10) {
            let reason = offset % 2 == 0 ? "malformed" : "refused"
            _ = redrive.take(Self.letter(offset, reason: reason, value: "\(offset)"))
            if offset % 3 == 2 { try flush(offset + 1) }
        }
        try flush(10)
        return redrive
    }

    @Test(
        "It goes on behind what was sent; after a crash before that was remembered it repeats, and leaves nothing out")
    func resumes() throws {
        let broker = Broker()
        broker.crashesAfterSend = true
        #expect(throws: Crash.self) { try run(broker) }
        #expect(broker.sent == ["0", "1", "2"] && broker.positions.isEmpty)
        broker.crashesAfterSend = false
        #expect(try run(broker).counts.sent == 10)
        #expect(Set(broker.sent).count == 10 && broker.sent.count == 13)
        #expect(try run(broker).counts == .init())
        #expect(broker.positions == [0: RedrivePosition(offset: 10)])
    }

    @Test("A redrive of one reason leaves the others to be sent, once")
    func byReason() throws {
        let broker = Broker()
        #expect(try run(broker, reasons: ["refused"]).counts == .init(sent: 5, notSelected: 5))
        #expect(broker.sent == ["1", "3", "5", "7", "9"] && broker.positions[0]?.offset == 0)
        #expect(try run(broker, reasons: ["refused"]).counts == .init(notSelected: 5, doneBefore: 5))
        #expect(try run(broker).counts == .init(sent: 5, doneBefore: 5))
        #expect(broker.sent.suffix(5) == ["0", "2", "4", "6", "8"])
        #expect(broker.positions == [0: RedrivePosition(offset: 10)])
    }

    @Test("A range that is named overrides what is remembered, and is remembered where it leaves no gap")
    func ranges() throws {
        let broker = Broker()
        let later = try run(broker, .offset(4), from: 4)
        #expect(later.counts.sent == 6 && later.notRemembered == [0] && broker.positions.isEmpty)
        _ = try run(broker, .beginning, from: 0)
        #expect(broker.positions == [0: RedrivePosition(offset: 10)])
        #expect(try run(broker, .offset(4), from: 4).counts.sent == 6)
        #expect(broker.positions == [0: RedrivePosition(offset: 10)])
        // What retention has taken is no gap.
        broker.positions = [0: RedrivePosition(offset: 2)]
        #expect(try run(broker, from: 5).notRemembered.isEmpty)
        #expect(broker.positions == [0: RedrivePosition(offset: 10)])
        broker.positions = [:]
        #expect(try run(broker, .beginning, from: 5).notRemembered.isEmpty)
        #expect(broker.positions == [0: RedrivePosition(offset: 10)])
    }

    @Test("What comes from records can't drive a terminal, and a line of JSON is one line")
    func lines() throws {
        var letter = Self.letter(3, value: nil)
        letter.key = Array("k\u{1b}[31m\n".utf8)
        HeaderBlock.append(name: "dlq.value_omitted".utf8, value: "7".utf8, to: &letter.headers)
        let line = DeadLetterLine(letter)
        #expect(
            line.text
                == "0/3 1970-01-01T00:00:00.005Z malformed analysis.completed 0/3 key k\u{1b}[31m\n, 7 bytes left out, sent in "
                + "again 0 times: m")
        #expect(
            try line.json() == #"{"key":"k\u001b[31m\n","message":"m","offset":3,"partition":0,"reason":"malformed","#
                + #""redriven":0,"source":{"offset":3,"partition":0,"topic":"analysis.completed"},"#
                + #""time":"1970-01-01T00:00:00.005Z","value_omitted":"7"}"#)
        letter.headers = []
        letter.timestamp = .max
        #expect(DeadLetterLine(letter).text.hasSuffix("no dead letter of this service"))
    }
}
