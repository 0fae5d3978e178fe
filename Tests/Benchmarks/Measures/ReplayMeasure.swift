import Foundation
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

/// A replay from a file, against the decision core alone on the same events.
enum ReplayMeasure: Measure {
    static let name = "replay"

    private static let workload = Workload.orders(100_000)

    static func run(_ report: (Row) -> Void) throws {
        let folder = try ScratchFolder()
        let reference = try ReferenceText(experts: workload.experts).changes(in: folder)
        let values = events()
        let path = folder.file("events.ndjson")
        try write(values, to: path)
        let decision = try Decision(1, reference)
        let rounds = try Rounds(
            3,
            [
                { try replay(path, reference, workers: 1) }, { try replay(path, reference, workers: 2) },
                { try alone(values, decision) },
            ])
        let limit = "decode + evaluate + settle + encode alone"
        report(rounds.row("replay from a file, 1 worker", of: 0, to: 2, limit, unit: .rate, target: 0.5))
        report(rounds.row("replay from a file, 2 workers", of: 1, to: 2, limit, unit: .rate, target: 0.5))
    }

    private static func events() -> [[UInt8]] {
        let texts = EventText()
        return (0..<workload.events).map { Array(workload.text($0, texts).utf8) }
    }

    private static func write(_ values: [[UInt8]], to path: String) throws {
        let file = try OutputFile(.file(path))
        for (event, value) in values.enumerated() {
            try file.append(
                EnvelopeRecord(
                    topic: "analysis.completed", partition: 0, offset: Int64(event), timestamp: 1_800_000_000_000,
                    key: Array(String(workload.expert(event)).utf8), value: value))
        }
        _ = try file.finish()
    }

    private static func replay(_ path: String, _ reference: [ReferenceChange], workers: Int) throws -> Sample {
        var orders: Int64 = 0
        let sample = try Sample(operations: workload.events) {
            let source = ReplaySource(try EnvelopeFile(path: path), path: path)
            let output = try OutputFile(.nowhere)
            let replay = try Replay(
                configuration: PipelineConfiguration(), topics: TopicNames(), reference: reference
            ) { try output.append($0) }
            let chunks = DecodedChunks(source, topics: TopicNames(), workers: workers)
            defer { chunks.close() }
            while let chunk = try chunks.next() {
                for record in chunk.records { try replay.take(record) }
            }
            _ = try output.finish()
            orders = replay.counters.orders
        }
        guard orders == Int64(workload.events) else { throw BenchmarkError("\(orders) orders") }
        return sample
    }

    private static func alone(_ values: [[UInt8]], _ decision: Decision) throws -> Sample {
        let decoder = RecordDecoder()
        var outputs = 0
        let sample = Sample(operations: values.count) {
            for (number, value) in values.enumerated() {
                value.withUnsafeBytes { value in
                    let record = decoder.decode(
                        RecordView(
                            address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: Int64(number)),
                            timestamp: 0, key: nil, value: value))
                    guard case .event(let event) = record.body else { return }
                    let decided = decision.outputs(of: event, at: record.address)
                    if decision.encoded(decided) > 0 { outputs += decided.count }
                }
            }
        }
        guard outputs == values.count else { throw BenchmarkError("\(outputs) outputs") }
        return sample
    }
}
