import CRdkafka
import Dispatch
import TradeContracts
package import TradePipeline

/// Publishes output records exactly once, in order, to readers with `isolation.level=read_committed` (G5, design §6).
///
/// Each transaction holds rows and the number of the last of them, as the offset of a group of the relay's own: Kafka's mark. A
/// producer whose transaction is in doubt is discarded; the next `open` settles it by taking the transactional id over, and reads
/// from the mark what became of it.
package final class TransactionalProducer: RecordSink {
    private let configuration: KafkaConfiguration
    private let relay: RelayIdentity
    private let limits: TransactionLimits
    private let isStopping = StopFlag()
    private var session: ProducerSession?
    /// How many rows a transaction holds at most: fewer after one that was aborted.
    private var rowLimit = TransactionalProducer.mostRows

    private static let mostRows = 1 << 20

    /// Throws for a wrong configuration; a broker that is away is told by `open`.
    package convenience init(_ configuration: KafkaConfiguration, relay: RelayIdentity) throws(KafkaError) {
        try self.init(configuration, relay: relay, limits: TransactionLimits())
    }

    init(_ configuration: KafkaConfiguration, relay: RelayIdentity, limits: TransactionLimits) throws(KafkaError) {
        self.configuration = configuration
        self.relay = relay
        self.limits = limits
        // What fits no client is found only when one is made.
        let client = try KafkaClient(
            configuration, for: .transactional(id: relay.relayID, timeout: limits.timeout))
        _ = client.destroy(within: 1, closed: true)
    }

    // MARK: Opening

    package func open(_ opening: SinkOpening) -> SinkOpened {
        discard(within: 2)
        guard !isStopping.isSet() else { return .unavailable(reason: "stopped") }
        var patience = Patience(seconds: 2 * limits.timeout, isStopping: isStopping.isSet)
        do throws(KafkaError) {
            return try take(opening, &patience)
        } catch {
            discard(within: isStopping.isSet() ? 0.2 : 1)
            return .unavailable(reason: error.description)
        }
    }

    private func take(_ opening: SinkOpening, _ patience: inout Patience) throws(KafkaError) -> SinkOpened {
        // First without taking over: a healthy owner must not be fenced by what may not publish anyway.
        let found = relay.rules.judge(try readMark(readCommitted: false, &patience), opening)
        guard case .opened = found else { return found }
        session = try ProducerSession(
            configuration, for: .transactional(id: relay.relayID, timeout: limits.timeout))
        try session?.initTransactions(of: relay.relayID, &patience)
        CrashPoint.producersFenced.reached()
        let settled = relay.rules.judge(try readMark(readCommitted: true, &patience), opening)
        guard case .opened(let mark) = settled else {
            discard(within: 1)
            return settled
        }
        // So that a copy of this store sees whose the topic is.
        switch run([], mark: mark) {
        case .committed: return settled
        case .aborted(let failure):
            discard(within: 1)
            return .unavailable(reason: failure.reason)
        case .inDoubt(let reason, let call):
            discard(within: 1, after: call)
            return .unavailable(reason: reason)
        }
    }

    private func readMark(readCommitted: Bool, _ patience: inout Patience) throws(KafkaError) -> FoundMark? {
        try KafkaRelayMark.read(configuration, relayID: relay.relayID, readCommitted: readCommitted, &patience)
    }

    // MARK: Publishing

    package func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult {
        if rows.isEmpty {
            switch attempt([], mark: publishedThrough, after: publishedThrough) {
            case .sent: return .published
            case .aborted(let failure), .refused(let failure):
                // Where the broker has forgotten the producer, only sending rows would make the library take a new number.
                discard(within: 1)
                return .inDoubt(reason: failure.reason)
            case .ended(let result): return result
            }
        }
        var through = publishedThrough
        var rest = rows[...]
        var isRepetition = false
        while let first = rest.first {
            let group = rest.prefix(rowLimit)
            let last = group.last?.number ?? first.number
            switch attempt(group.map(\.record), mark: last, after: through) {
            case .sent:
                through = last
                rest = rest.dropFirst(group.count)
                rowLimit = min(rowLimit * 2, Self.mostRows)
                isRepetition = false
            case .refused(let failure) where group.count > 1:
                // What the library itself refuses is known by its place, what the broker does is found by halving.
                rowLimit = max(1, failure.index ?? group.count / 2)
                isRepetition = false
            case .refused(let failure):
                switch sendReduced(first, failure, after: through) {
                case .sent:
                    through = first.number
                    rest = rest.dropFirst()
                case .refused: return .refused(number: first.number, reason: failure.reason)
                case .failed(let result): return result
                }
            case .aborted(let failure) where !isRepetition && !failure.isSilence:
                // An abort ends what caused it where the producer's numbers were lost: after a refused row its next one always
                // fails, and after a quiet week the broker has forgotten them.
                isRepetition = true
            case .aborted(let failure):
                rowLimit = max(1, group.count / 2)
                return .failed(publishedThrough: through, reason: failure.reason)
            case .ended(let result):
                // One that takes longer than the broker allows ends in doubt.
                rowLimit = max(1, group.count / 2)
                return result
            }
        }
        return .published
    }

    /// How one transaction ended, for `publish`.
    private enum Attempt {
        case sent
        /// Aborted, by a record's own fault.
        case refused(Transaction.Failure)
        /// Aborted for another reason.
        case aborted(Transaction.Failure)
        /// Nothing more can be done now.
        case ended(PublishResult)
    }

    private func attempt(_ records: [EncodedRecord], mark: Int64, after through: Int64) -> Attempt {
        guard !isStopping.isSet() else { return .ended(.failed(publishedThrough: through, reason: "stopped")) }
        switch run(records, mark: mark) {
        case .committed: return .sent
        case .aborted(let failure): return failure.refusal == nil ? .aborted(failure) : .refused(failure)
        case .inDoubt(let reason, let call):
            discard(within: isStopping.isSet() ? 0.2 : 1, after: call)
            return .ended(.inDoubt(reason: reason))
        }
    }

    private func sendReduced(
        _ row: PublishableRow, _ failure: Transaction.Failure, after through: Int64
    ) -> ReducedDeadLetter.Attempt {
        guard failure.refusal == .tooLarge else { return .refused }
        return ReducedDeadLetter.send(row, log: configuration.log) { reduction in
            var result = attempt([reduction], mark: row.number, after: through)
            if case .aborted(let failure) = result, !failure.isSilence {
                result = attempt([reduction], mark: row.number, after: through)
            }
            return switch result {
            case .sent: .sent
            case .refused: .refused
            case .aborted(let failure): .failed(.failed(publishedThrough: through, reason: failure.reason))
            case .ended(let result): .failed(result)
            }
        }
    }

    private func run(_ records: [EncodedRecord], mark: Int64) -> Transaction.Outcome {
        guard let session else { return .inDoubt(reason: "the sink is not open") }
        return Transaction(
            session: session, configuration: configuration, relayID: relay.relayID, limits: limits,
            isStopping: isStopping.isSet
        ).run(records, mark: FoundMark(number: mark, writer: relay.owner.identity.text))
    }

    // MARK: The end

    /// Makes an `open` or a `publish` that waits return within a second, and every later one at once. From any thread.
    package func interrupt() { isStopping.set() }

    package func close(deadline: Double) { discard(within: deadline) }

    /// Nobody else may hold the session: its topics and its queue are freed before its client.
    private func discard(within seconds: Double, after call: DispatchSemaphore? = nil) {
        guard let client = session?.client else { return }
        session = nil
        _ = client.destroy(within: call == nil ? seconds : 0, closed: true, after: call)
    }
}
