import Settings
import Telemetry
import TradeContracts
import TradeCore
import TradeKafka
import TradeStore

/// `audit`: the store's ledger against what stands in the output topics (design §6).
enum AuditCommand: Command {
    static let definition = CommandDefinition(
        "audit", "Holds the store's outbox against the output topics: published once, missing, twice, foreign.",
        discussion: """
            Every row of the outbox up to the relay's mark that is not withdrawn has to stand in its topic exactly once, as a reader \
            with isolation.level=read_committed finds it, and rows of a key in the order of the outbox. Orders and skips are known by \
            their ce_id, dead letters by dlq.source.* and dlq.reason. Foreign is what no row is of: of other stores and producers, or \
            of rows that were pruned.

            It changes nothing and works beside a service that runs: the mark is read first, then the ends of the topics, and last \
            the rows, so that what is published meanwhile is neither missing nor foreign. Memory: about 80 bytes a row, and up to \
            16 MiB a partition that is read ahead.

            Where the range, or what retention has left, does not begin at offset 0 of a partition, the lowest row that is found in \
            that partition is taken for the first one there: rows below it count as `before the range`, and are not missing. The \
            same holds on the embedded broker, which keeps nothing from before its start, and at the other end for rows behind the \
            highest one that is found, where the range ends before the log does. So a gap right at such an end is not seen: look \
            at a longer range. A row that was not found is looked for where other rows of its key stand, else where the partitioner \
            murmur2_random puts it.

            The exit code is 1 where rows are missing, are there twice or out of order, or were withdrawn and are there.
            """,
        options: [.config] + RangeOptions.options + [
            Option("strict", "Foreign records are a difference, too."),
            Option("all", "Lists every difference; 20 of each kind by default."),
        ], settings: Setting.all(under: "store.", "kafka.", "log."))

    /// Findings of a kind that are listed without --all.
    private static let listed = 20

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let range = try RangeOptions.range(arguments)
        let configuration = try arguments.configuration(environment: context.environment)
        let servers = try configuration.reachableServers(for: definition.name)
        let topics = configuration.topicNames
        func inspector() throws -> StoreInspector {
            try StoreInspector(path: configuration.existingStore(), options: SQLiteStoreOptions(topics: topics))
        }
        // The order of these three matters: see the discussion.
        let mark = try inspector().relayMark()
        let interruption = try Interruption()
        let reader = try RangeReader(
            configuration.kafkaConfiguration(servers: servers, logger: .none),
            topics: OutputTopic.allCases.map { topics.name(of: $0) }, range: range,
            isInterrupted: interruption.isRaised)
        var ledger = try AuditLedger(inspector(), partitions: partitions(reader.extents, topics))
        for number in ledger.unreadable {
            context.note("trade-manager: outbox row \(number) has no id and can't be looked for")
        }
        let limit = arguments.has("all") ? Int.max : listed
        var audit = Audit(rows: ledger.takeRows(), mark: mark, limit: limit)
        try read(reader, topics, into: &audit, context)
        audit.finish(reader.extents, of: topics, keepsAll: !reader.isEmbedded)
        let report = AuditReport(audit: audit, mark: mark, numbers: ledger.numbers, topics: topics)
        let rows = try inspector()
        context.output(try report.text { try describe($0, rows, topics) })
        if let name = interruption.name {
            context.note("trade-manager: stopped by \(name): only a part of the range was looked at")
            return .failed
        }
        return audit.counts.differs(strict: arguments.has("strict")) || !ledger.unreadable.isEmpty ? .failed : .done
    }

    private static func partitions(_ extents: [RangeExtent], _ topics: TopicNames) -> [OutputTopic: Int32] {
        var result: [OutputTopic: Int32] = [:]
        for topic in OutputTopic.allCases {
            result[topic] = extents.first { $0.partition.topic == topics.name(of: topic) }?.partitionCount
        }
        return result
    }

    private static func read(
        _ reader: RangeReader, _ topics: TopicNames, into audit: inout Audit, _ context: CommandContext
    ) throws {
        var byName: [String: OutputTopic] = [:]
        for topic in OutputTopic.allCases { byName[topics.name(of: topic)] = topic }
        var progress = Progress("records", context)
        var count: Int64 = 0
        while let record = try reader.next() {
            guard let topic = byName[record.topic] else { continue }
            audit.take(
                OutputIdentity.id(of: topic, headers: record.headers),
                at: .init(topic: topic, partition: record.partition, offset: record.offset))
            count += 1
            if count % 1_000 == 0 { progress.show(count, reader.progress) }
        }
        progress.end()
        context.note("looked at \(count) records")
    }

    /// What a row is about, for people; nil where it is gone by now.
    private static func describe(_ number: Int64, _ rows: StoreInspector, _ topics: TopicNames) throws -> String? {
        var text: String?
        try rows.outbox(from: number, through: number) { text = $0.summary(topics) }
        return text
    }
}
