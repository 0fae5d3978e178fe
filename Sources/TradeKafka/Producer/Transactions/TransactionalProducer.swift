import CRdkafka
import TradeContracts
package import TradePipeline

/// Publishes output records exactly once, for readers with `isolation.level=read_committed` (G5, design §6).
///
/// Each transaction holds the next rows and the mark, the highest number in it. After any doubt the producer is destroyed; a new
/// one fences and settles the old, and Kafka's mark says what was published.
package final class TransactionalProducer: RecordSink {
    private let configuration: KafkaConfiguration
    private let relay: RelayIdentity
    private let patience: Duration
    private let discards: Bool
    private let isStopping = StopFlag()
    private var session: TransactionSession?
    /// The most rows of a transaction: halved after an abort or a slow one, doubled after a success.
    private var limit = 1

    private static let largest = 1 << 20
    /// A transaction that takes longer is made of fewer rows the next time.
    private static let slow = Duration.seconds(2)

    /// Throws for a wrong configuration; a broker that is away is told by `open`. `patience`: seconds without an acknowledgement
    /// after which a transaction is aborted.
    package convenience init(
        _ configuration: KafkaConfiguration, relay: RelayIdentity, patience: Double = 5
    ) throws(KafkaError) {
        try self.init(configuration, relay: relay, patience: patience, discards: true)
    }

    init(
        _ configuration: KafkaConfiguration, relay: RelayIdentity, patience: Double, discards: Bool
    ) throws(KafkaError) {
        _ = try ClientProperties(configuration, for: .transactional(id: relay.relayID))
        self.configuration = configuration
        self.relay = relay
        self.patience = .seconds(max(0.1, patience))
        self.discards = discards
        limit = Self.largest
    }

    package func open(_ opening: SinkOpening) -> SinkOpened {
        discard(within: isStopping.isSet() ? 0.2 : 2)
        do throws(KafkaError) {
            // Before anybody is fenced: whoever's topic it is goes on undisturbed.
            let first = relay.rules.judge(try readMark(committed: false), opening)
            guard case .opened = first else { return first }
            let new = try TransactionSession(
                configuration, relay: relay, patience: patience, discards: discards, isStopping: isStopping.isSet)
            session = new
            try new.initialise()
            CrashPoint.producersFenced.reached()
            // Now nothing of an earlier producer can come any more.
            let settled = relay.rules.judge(try readMark(committed: true), opening)
            guard case .opened(let mark) = settled else {
                discard(within: 2)
                return settled
            }
            // Says whose the topic is, so that a copy of this store sees it.
            switch new.publish([], mark: mark) {
            case .committed: return .opened(mark: mark)
            case .aborted(let reason):
                discard(within: 1)
                return .unavailable(reason: reason.text)
            case .doubt(let reason):
                discard(within: 1)
                return .unavailable(reason: reason)
            }
        } catch {
            discard(within: 1)
            return .unavailable(reason: error.description)
        }
    }

    private func readMark(committed: Bool) throws(KafkaError) -> FoundMark? {
        try KafkaRelayMark.read(
            configuration, relayID: relay.relayID, readsCommitted: committed, within: isStopping.isSet() ? 1 : 10)
    }

    package func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult {
        guard !rows.isEmpty else { return publishMark(publishedThrough) }
        var through = publishedThrough
        var rest = rows[...]
        while let first = rest.first {
            if isStopping.isSet() { return .failed(publishedThrough: through, reason: "stopped") }
            let group = rest.prefix(limit)
            let last = group[group.endIndex - 1].number
            switch transact(group.map(\.record), mark: last) {
            case .committed:
                through = last
                rest = rest.dropFirst(group.count)
            case .doubt(let reason):
                return doubt(reason)
            case .aborted(let reason) where reason.isRefusal && group.count > 1:
                limit = max(1, group.count / 2)
            case .aborted(let reason) where reason.isRefusal:
                switch publishReduced(first) {
                case .committed:
                    through = first.number
                    rest = rest.dropFirst()
                case .doubt(let reason): return doubt(reason)
                case .aborted: return .refused(number: first.number, reason: reason.text)
                }
            case .aborted(let reason):
                return .failed(publishedThrough: through, reason: reason.text)
            }
        }
        return .published
    }

    private func publishMark(_ mark: Int64) -> PublishResult {
        switch transact([], mark: mark) {
        case .committed: .published
        case .aborted(let reason): .failed(publishedThrough: mark, reason: reason.text)
        case .doubt(let reason): doubt(reason)
        }
    }

    private func transact(_ records: [EncodedRecord], mark: Int64) -> TransactionSession.Outcome {
        guard let session else { return .doubt("there is no producer") }
        let start = ContinuousClock.Instant.now
        let outcome = session.publish(records, mark: mark)
        if case .committed = outcome, start.duration(to: .now) < Self.slow {
            limit = min(Self.largest, limit * 2)
        } else {
            limit = max(1, min(limit, max(1, records.count)) / 2)
        }
        return outcome
    }

    /// Sends of a dead letter that is too large as much as the broker takes.
    private func publishReduced(_ row: PublishableRow) -> TransactionSession.Outcome {
        var outcome = TransactionSession.Outcome.aborted(.init(text: "it can't be made smaller", isRefusal: true))
        for reduction in DeadLetterEncoder.reductions(of: row.record) {
            outcome = transact([reduction], mark: row.number)
            if case .aborted(let reason) = outcome, reason.isRefusal { continue }
            if case .committed = outcome { configuration.tellReduction(of: row, isBare: reduction.key == nil) }
            return outcome
        }
        return outcome
    }

    private func doubt(_ reason: String) -> PublishResult {
        discard(within: isStopping.isSet() ? 0.2 : 1)
        return .inDoubt(reason: reason)
    }

    /// Makes an `open` or a `publish` that waits return within two seconds. From any thread.
    package func interrupt() { isStopping.set() }

    package func close(deadline: Double) { discard(within: deadline) }

    private func discard(within seconds: Double) {
        session?.destroy(within: seconds)
        session = nil
    }
}

extension KafkaConfiguration {
    /// Says that a dead letter went out without a part of it.
    func tellReduction(of row: PublishableRow, isBare: Bool) {
        log?(
            KafkaLogLine(
                level: 3, facility: "DEADLETTER",
                message:
                    "the dead letter of row \(row.number) is too large for the broker and goes without its value"
                    + (isBare ? ", key and headers" : "")))
    }
}
