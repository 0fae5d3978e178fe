import TradeContracts
import TradeCore

/// From bytes to an event, against simdjson alone on the same bytes.
enum DecodeMeasure: Measure {
    static let name = "decode"

    private static let documents = 2_000
    private static let passes = 20

    static func run(_ report: (Row) -> Void) throws {
        let texts = EventText()
        try measure("plain JSON, 1 recommendation", 1, cloudEvent: false, texts, report)
        try measure("structured CloudEvent, 1 recommendation", 1, cloudEvent: true, texts, report)
        try measure("plain JSON, 10 recommendations", 10, cloudEvent: false, texts, report)
    }

    private static func measure(
        _ title: String, _ count: Int, cloudEvent: Bool, _ texts: EventText, _ report: (Row) -> Void
    ) throws {
        let values = (0..<documents).map { number in
            let advice = (0..<count).map { EventText.Advice(id: number * 10 + $0, symbol: "S\(number)-\($0)") }
            return Array(
                (cloudEvent
                    ? texts.cloudEvent(number, expert: number, advice) : texts.event(number, expert: number, advice))
                    .utf8)
        }
        let parser = try DocumentParser()
        let rounds = try Rounds(
            5,
            [
                { try decode(values, cloudEvent: cloudEvent) },
                { try each(values) { try parser.flatten($0) } },
                { try each(values) { try parser.parse($0) } },
            ])
        let bytes = Double(values.reduce(0) { $0 + $1.count }) / Double(documents)
        let speed = Spread(rounds.of(0).map { bytes * $0.rate / 1e6 }).median
        let named = "decode: \(title), \(Int(bytes)) B, \(Int(speed)) MB/s"
        report(rounds.row(named, to: 1, "simdjson On-Demand, flattened", unit: .nanoseconds))
        report(rounds.row(named, to: 2, "simdjson DOM", unit: .nanoseconds))
    }

    private static func each(_ values: [[UInt8]], _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Sample {
        try Sample(operations: values.count * passes) {
            for _ in 0..<passes { for value in values { try value.withUnsafeBytes(body) } }
        }
    }

    private static func decode(_ values: [[UInt8]], cloudEvent: Bool) throws -> Sample {
        let decoder = RecordDecoder()
        let key = Array("1234".utf8)
        var block: [UInt8] = []
        if cloudEvent {
            HeaderBlock.append(
                name: "content-type".utf8, value: Array("application/cloudevents+json".utf8), to: &block)
        }
        var bad = 0
        let sample = try key.withUnsafeBytes { key in
            try block.withUnsafeBytes { block in
                var headers: [RecordView.Header] = []
                HeaderBlock.forEach(in: block) { headers.append(RecordView.Header(name: $0, value: $1)) }
                let address = RecordAddress(topic: .analysisCompleted, partition: 0, offset: 0)
                return try each(values) { value in
                    let record = decoder.decode(
                        RecordView(address: address, timestamp: 0, key: key, value: value, headers: headers))
                    if case .event = record.body {} else { bad += 1 }
                }
            }
        }
        guard bad == 0 else { throw BenchmarkError("\(bad) events could not be decoded") }
        return sample
    }
}
