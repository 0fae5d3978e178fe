import Foundation
import Testing
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

/// Runs a replay over records in memory.
enum Replaying {
    struct Result {
        var output: [EnvelopeRecord] = []
        var counters = PipelineCounters()

        /// The bytes of the output file.
        var bytes: [UInt8] {
            let writer = EnvelopeWriter()
            return output.reduce(into: []) { file, record in writer.append(record, to: &file) }
        }

        func values(of topic: OutputTopic) -> [String] {
            output.filter { $0.topic == TopicNames().name(of: topic) }
                .map { String(decoding: $0.value ?? [], as: UTF8.self) }
        }
    }

    static func run(
        _ records: [EnvelopeRecord], workers: Int = 2, reference: [ReferenceChange] = [],
        configuration: PipelineConfiguration = PipelineConfiguration(), rules: any RuleEngine = TradeRules()
    ) throws -> Result {
        var result = Result()
        var index = 0
        let source = ReplaySource(
            next: {
                guard index < records.count else { return nil }
                defer { index += 1 }
                return records[index]
            }, place: { "record \(index)" })
        let collected = Collected()
        let replay = try Replay(
            configuration: configuration, topics: TopicNames(), reference: reference, rules: rules,
            output: { collected.records.append($0) })
        let chunks = DecodedChunks(source, topics: TopicNames(), workers: workers)
        defer { chunks.close() }
        while let chunk = try chunks.next() {
            for record in chunk.records { try replay.take(record) }
        }
        result.output = collected.records
        result.counters = replay.counters
        return result
    }

    private final class Collected {
        var records: [EnvelopeRecord] = []
    }
}
