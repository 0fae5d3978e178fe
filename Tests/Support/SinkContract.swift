import Testing
package import TradeContracts
package import TradePipeline

/// A place that takes records, and sinks that write them: what the contract of `RecordSink` is tried on.
package protocol SinkBench {
    func makeSink() throws -> any RecordSink
    /// Whether a sink that is made anew knows how far the one before it came.
    var keepsMark: Bool { get }
    /// All that stands in an output topic; waits until there are `count` at least.
    func read(_ topic: OutputTopic, count: Int) throws -> [OwnedRecord]
}

/// What holds for every sink.
package enum SinkContract {
    /// Every row arrives as it is, once, and the rows of a key in their order.
    package static func publishesAllAsGiven(_ bench: some SinkBench) throws {
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        open(sink, SinkOpening(mark: 0, highest: 10_000, expectsMark: false), expecting: 0)
        let odd = RecordContent.oddities.enumerated().map { row(Int64($0) + 1, .ordersCreated, $1) }
        let many = (0..<2_000).map { index in
            row(Int64(odd.count + index + 1), .eventsSkipped, RecordContent(key: "\(index % 7)", value: "\(index)"))
        }
        #expect(sink.publish([], publishedThrough: 0) == .published)
        #expect(sink.publish(odd, publishedThrough: 0) == .published)
        for start in stride(from: 0, to: many.count, by: 500) {
            let rows = Array(many[start..<(start + 500)])
            #expect(sink.publish(rows, publishedThrough: Int64(odd.count + start)) == .published)
        }
        let orders = try bench.read(.ordersCreated, count: odd.count)
        #expect(orders.count == odd.count)
        #expect(Set(orders.map(\.content)) == Set(RecordContent.oddities))
        let skips = try bench.read(.eventsSkipped, count: many.count)
        #expect(skips.count == many.count)
        for key in 0..<7 {
            let values = skips.filter { $0.key == Array("\(key)".utf8) }.map {
                String(decoding: $0.value ?? [], as: UTF8.self)
            }
            #expect(values == stride(from: key, to: many.count, by: 7).map { "\($0)" }, "the order of key \(key)")
        }
    }

    /// A sink goes on where the one before it stopped, and after the higher one of its mark and the opening's.
    package static func comesBackToItsMark(_ bench: some SinkBench) throws {
        let first = try bench.makeSink()
        open(first, SinkOpening(mark: 0, highest: 10, expectsMark: false), expecting: 0)
        #expect(first.publish(rows(1...10), publishedThrough: 0) == .published)
        first.close(deadline: 5)
        let found: Int64 = bench.keepsMark ? 10 : 0
        let second = try bench.makeSink()
        open(second, SinkOpening(mark: 0, highest: 20, expectsMark: bench.keepsMark), expecting: found)
        // Opening it again changes nothing.
        open(second, SinkOpening(mark: 10, highest: 20, expectsMark: bench.keepsMark), expecting: 10)
        #expect(second.publish(rows(11...12), publishedThrough: 10) == .published)
        #expect(second.publish([], publishedThrough: 12) == .published)
        second.close(deadline: 5)
        // The store may know more: what its mark says is published.
        let third = try bench.makeSink()
        open(third, SinkOpening(mark: 15, highest: 20, expectsMark: bench.keepsMark), expecting: 15)
        #expect(third.publish(rows(16...16), publishedThrough: 15) == .published)
        third.close(deadline: 5)
        let records = try bench.read(.ordersCreated, count: 13)
        #expect(records.map(\.number).sorted() == Array(1...12) + [16])
    }

    /// A row that is too large is refused by itself: those before it are published, and publishing goes on behind it.
    package static func refusesARowByItself(_ bench: some SinkBench) throws {
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        open(sink, SinkOpening(mark: 0, highest: 100, expectsMark: false), expecting: 0)
        var rows = rows(1...40)
        for index in [0, 16, 17, 39] { rows[index].record.value = Array(repeating: 0, count: 1_500_000) }
        var refused: [Int64] = []
        var through: Int64 = 0
        while through < 40, refused.count < 10 {
            switch sink.publish(Array(rows[Int(through)...]), publishedThrough: through) {
            case .published: through = 40
            case .refused(let number, let reason):
                #expect(reason.contains("MSG_SIZE_TOO_LARGE"), "\(reason)")
                refused.append(number)
                through = number
            case .failed(_, let reason), .inDoubt(let reason):
                Issue.record("\(reason)")
                return
            }
        }
        #expect(refused == [1, 17, 18, 40])
        let records = try bench.read(.ordersCreated, count: 36)
        #expect(records.map(\.number).sorted() == Array(2...16) + Array(19...39))
    }

    /// A dead letter that is too large goes without its value.
    package static func reducesADeadLetter(_ bench: some SinkBench) throws {
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        open(sink, SinkOpening(mark: 0, highest: 100, expectsMark: false), expecting: 0)
        var rows = rows(1...3)
        let value: [UInt8] = Array(repeating: 0, count: 1_500_000)
        let headers = [RecordHeader("dlq.reason", Array("too_large".utf8))]
        rows[1] = row(2, .deadLetters, RecordContent(key: Array("1".utf8), value: value, headers: headers))
        #expect(sink.publish(rows, publishedThrough: 0) == .published)
        #expect(try bench.read(.ordersCreated, count: 2).map(\.number).sorted() == [1, 3])
        let letter = try #require(try bench.read(.deadLetters, count: 1).first)
        #expect(letter.value == nil)
        #expect(letter.content.headers.contains(RecordHeader("dlq.value_omitted", Array("1500000".utf8))))
    }

    private static func open(_ sink: any RecordSink, _ opening: SinkOpening, expecting mark: Int64) {
        let result = sink.open(opening)
        #expect(result == .opened(mark: mark), "opening with \(opening)")
    }

    private static func rows(_ numbers: ClosedRange<Int>) -> [PublishableRow] {
        numbers.map { row(Int64($0), .ordersCreated, RecordContent(key: "\($0 % 5)", value: "\($0)")) }
    }

    package static func row(_ number: Int64, _ topic: OutputTopic, _ content: RecordContent) -> PublishableRow {
        let record = EncodedRecord(topic: topic, key: content.key, value: content.value, headers: content.headerBlock)
        return PublishableRow(number: number, record: record)
    }
}

extension OwnedRecord {
    /// The value as a number; −1 where it is none.
    fileprivate var number: Int { Int(String(decoding: value ?? [], as: UTF8.self)) ?? -1 }
}
