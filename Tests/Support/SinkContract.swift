import Testing
package import TradeContracts
package import TradePipeline

/// A place that takes records, and sinks that write them: what the contract of `RecordSink` is tried on.
package protocol SinkBench {
    func makeSink() throws -> any RecordSink
    /// All that stands in an output topic; waits until there are `count` at least.
    func read(_ topic: OutputTopic, count: Int) throws -> [OwnedRecord]
}

/// What holds for every sink.
package enum SinkContract {
    /// Every row arrives as it is, once, and the rows of a key in their order.
    package static func publishesAllAsGiven(_ bench: some SinkBench) throws {
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
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

    package static func row(_ number: Int64, _ topic: OutputTopic, _ content: RecordContent) -> PublishableRow {
        let record = EncodedRecord(topic: topic, key: content.key, value: content.value, headers: content.headerBlock)
        return PublishableRow(number: number, record: record)
    }
}
