import CRdkafka
import TradeContracts
import TradePipeline

/// A transactional producer of the library, from its making to its first doubt: after that it is destroyed, because a late EndTxn
/// of its would end the next transaction (KAFKA-17754).
final class TransactionSession {
    /// How a transaction ended.
    enum Outcome {
        case committed
        /// Nothing of it is published, certainly.
        case aborted(Reason)
        case doubt(String)
    }

    struct Reason {
        var text: String
        /// A record is refused by itself: as too large, or invalid.
        var isRefusal = false
    }

    private let session: ProducerSession
    private let configuration: KafkaConfiguration
    private let relay: RelayIdentity
    private let patience: Duration
    private let discards: Bool
    private let isStopping: @Sendable () -> Bool

    /// How long one call of the library waits before it is looked whether the service stops; it is called again then.
    private static let slice: Int32 = 250
    /// How long a stop waits for a call that has begun.
    private static let patienceOfStop = Duration.seconds(1)

    /// `discards`: whether more than one EndTxn counts as doubt. Only a test that shows why says no.
    init(
        _ configuration: KafkaConfiguration, relay: RelayIdentity, patience: Duration, discards: Bool,
        isStopping: @escaping @Sendable () -> Bool
    ) throws(KafkaError) {
        self.configuration = configuration
        self.relay = relay
        self.patience = patience
        self.discards = discards
        self.isStopping = isStopping
        session = try ProducerSession(configuration, role: .transactional(id: relay.relayID))
    }

    /// Fences every earlier producer of this name, and settles what it left.
    func initialise() throws(KafkaError) {
        try repeating("fencing earlier producers") { handle, milliseconds in
            Calls.initTransactions(handle, milliseconds: milliseconds)
        }
    }

    func destroy(within seconds: Double) { _ = session.client.destroy(within: seconds, closed: true) }

    /// Publishes records and the mark in one transaction. The rows first, until each is acknowledged: with the mark first a late
    /// EndTxn commits it alone, and the next producer skips the rows behind it.
    func publish(_ records: [EncodedRecord], mark: Int64) -> Outcome {
        let before = endTransactions
        do throws(KafkaError) {
            if let error = Calls.beginTransaction(session.client.handle) {
                throw KafkaError(taking: error, context: "beginning a transaction")
            }
        } catch {
            return .doubt(error.description)
        }
        if !records.isEmpty {
            do throws(KafkaError) {
                let result = try deliver(records)
                if let reason = result.reason {
                    return abort(Reason(text: reason, isRefusal: result.isRefused), since: before)
                }
            } catch {
                return abort(Reason(text: error.description), since: before)
            }
        }
        CrashPoint.rowsAcknowledged.reached()
        do throws(KafkaError) { try send(mark) } catch {
            if error.isFatal { return .doubt(error.description) }
            return abort(Reason(text: error.description), since: before)
        }
        CrashPoint.markSent.reached()
        do throws(KafkaError) {
            try repeating("committing a transaction") { handle, milliseconds in
                Calls.commitTransaction(handle, milliseconds: milliseconds)
            }
        } catch {
            return .doubt(error.description)
        }
        CrashPoint.transactionCommitted.reached()
        let sent = endTransactions - before
        guard sent == 1 || !discards else {
            return .doubt("the end of a transaction was sent \(sent) times: a late one may end the next transaction")
        }
        return .committed
    }

    private func deliver(_ records: [EncodedRecord]) throws(KafkaError) -> Delivery.Result {
        var topics: [TopicHandle] = []
        for topic in OutputTopic.allCases { topics.append(try session.topic(configuration.topics.name(of: topic))) }
        return Delivery(session, patience: patience, isStopping: isStopping).run(count: records.count) {
            (index: Int) throws(KafkaError) -> Void in
            let record = records[index]
            try session.produce(
                OutgoingRecord(key: record.key, value: record.value, headers: record.headers),
                to: topics[Int(record.topic.rawValue)], number: index)
        }
    }

    private func send(_ mark: Int64) throws(KafkaError) {
        let place = KafkaRelayMark.place(configuration)
        let list = try PartitionList(capacity: 1)
        list.add(place.topic, place.partition, offset: mark, metadata: relay.owner.identity.text)
        guard let group = Calls.groupMetadataNew(relay.relayID) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "naming the relay's group")
        }
        defer { Calls.groupMetadataDestroy(group) }
        try repeating("writing the relay's mark") { handle, milliseconds in
            Calls.sendOffsets(handle, list.handle, group, milliseconds: milliseconds)
        }
    }

    /// An abort is certain where it succeeded and its end was not sent twice.
    private func abort(_ reason: Reason, since before: Int64) -> Outcome {
        do throws(KafkaError) {
            try repeating("aborting a transaction") { handle, milliseconds in
                Calls.abortTransaction(handle, milliseconds: milliseconds)
            }
        } catch {
            return .doubt("\(reason.text); then \(error.description)")
        }
        // The reports of what was purged are of no interest any more.
        while session.serve(milliseconds: 0, report: { _, _ in }) {}
        guard endTransactions - before <= 1 || !discards else {
            return .doubt("\(reason.text); then the abort was sent more than once")
        }
        return .aborted(reason)
    }

    private var endTransactions: Int64 { session.client.counter?.count ?? 0 }

    /// Calls what the library goes on with when it is called again: after a time-out, or while the broker is busy with the
    /// transaction before. As long as a transaction lives.
    private func repeating(
        _ context: String, _ call: (OpaquePointer, Int32) -> OpaquePointer?
    ) throws(KafkaError) {
        let start = ContinuousClock.Instant.now
        while true {
            guard let pointer = call(session.client.handle, Self.slice) else { return }
            let error = KafkaError(taking: pointer, context: context)
            let waited = start.duration(to: .now)
            let limit = isStopping() ? Self.patienceOfStop : Self.longest
            guard error.isRetriable, !error.isFatal, !error.requiresAbort, waited < limit else { throw error }
            _ = session.serve(milliseconds: 5, report: { _, _ in })
        }
    }

    /// The broker ends a transaction after `ClientProperties.transactionTimeout`; what is not certain by then is doubt.
    private static let longest = Duration.milliseconds(ClientProperties.transactionTimeout)
}
