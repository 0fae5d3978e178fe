import CRdkafka
import Dispatch
import TradeContracts
import TradePipeline

/// One transaction of the relay: rows, then the mark, then the commit (design §6).
///
/// The mark goes only once every row is acknowledged: an EndTxn that comes late commits whatever the transaction holds by then,
/// and a mark alone would make the next producer skip the rows behind it.
struct Transaction {
    /// How it ended.
    enum Outcome {
        case committed
        /// It is certain that nothing of it is published.
        case aborted(Failure)
        /// The producer has to be discarded; not before `call` is signalled, where one of its calls has not returned yet.
        case inDoubt(reason: String, call: DispatchSemaphore? = nil)
    }

    /// Why it was aborted.
    struct Failure {
        var reason: String
        /// A record's own fault.
        var refusal: RecordRefusal?
        /// The record that the library itself refused, by its place; nil: the broker refused one of them.
        var index: Int?
        /// The producer is of no use any more.
        var isFatal = false
        /// The broker said nothing, or a stop ended the wait: the same again would only take as long again.
        var isSilence = false
    }

    let session: ProducerSession
    let configuration: KafkaConfiguration
    let relayID: String
    let limits: TransactionLimits
    let isStopping: @Sendable () -> Bool

    private static let slice: Int32 = 50

    func run(_ records: [EncodedRecord], mark: FoundMark) -> Outcome {
        guard let sent = session.client.sentRequests else {
            return .inDoubt(reason: "the producer does not count its requests")
        }
        let before = sent.numbers
        session.forgetCause()
        // The broker ends it after the timeout; what is left to know then takes no longer than this.
        var patience = Patience(seconds: limits.timeout + 1, isStopping: isStopping)
        if let error = Calls.beginTransaction(session.client.handle) {
            return .inDoubt(reason: KafkaError(taking: error, context: "beginning a transaction").description)
        }
        var reports = Reports(count: records.count)
        if let failure = send(records, &reports, &patience) { return abort(failure, records, &reports, sent, before) }
        CrashPoint.rowsAcknowledged.reached()
        switch sendMark(mark, &patience) {
        case .open(let call): return .inDoubt(reason: "no answer to the relay's mark", call: call)
        case .returned(let error?):
            let isSilence = error.code == RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue
            // It may still be on its way, and would count in the next transaction of this producer (design §6).
            if isSilence, sent.numbers.offsetCommit != before.offsetCommit {
                return .inDoubt(reason: error.description)
            }
            let failure = Failure(reason: error.description, isFatal: error.isFatal, isSilence: isSilence)
            return abort(failure, records, &reports, sent, before)
        case .returned(nil): return commit(records, &reports, sent, before, &patience)
        }
    }

    // MARK: Rows

    /// Sends the records and waits until all are acknowledged; else why they are not.
    private func send(_ records: [EncodedRecord], _ reports: inout Reports, _ patience: inout Patience) -> Failure? {
        var sent = 0
        var silence = patience.limited(to: limits.patience)
        while reports.acknowledged < records.count {
            while sent < records.count {
                do throws(KafkaError) {
                    try produce(records[sent], number: sent)
                    sent += 1
                } catch {
                    if error.code == RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue { break }
                    return Failure(
                        reason: error.description, refusal: RecordRefusal(error.code), index: sent,
                        isFatal: error.isFatal)
                }
            }
            if session.serve(milliseconds: Self.slice, report: { reports.add($0, $1) }) {
                silence = patience.limited(to: limits.patience)
            }
            if let error = session.terminalError { return Failure(reason: error.description, isFatal: true) }
            // Which error it is, the reports of the others tell, while it is aborted.
            if reports.failure != nil { return Failure(reason: "") }
            if silence.isOver {
                let cause = session.lastCause.isEmpty ? "" : " (\(session.lastCause))"
                let reason = isStopping() ? "stopped" : "broker unreachable: no acknowledgement\(cause)"
                return Failure(reason: reason, isSilence: true)
            }
        }
        return nil
    }

    private func produce(_ record: EncodedRecord, number: Int) throws(KafkaError) {
        try session.produce(
            OutgoingRecord(key: record.key, value: record.value, headers: record.headers),
            to: session.topic(configuration.topics.name(of: record.topic)), number: number)
    }

    /// What the reports say, or where they only say that it was given up, the library's log.
    private func failure(of records: [EncodedRecord], _ reports: Reports) -> Failure {
        guard let (index, code) = reports.refused ?? reports.cause else {
            return Failure(reason: session.lastCause.isEmpty ? "sending failed" : session.lastCause)
        }
        // The number came back from the library.
        let topic = records.indices.contains(index) ? configuration.topics.name(of: records[index].topic) : "a topic"
        return Failure(
            reason: KafkaError(code, context: "sending to \(topic)").description, refusal: RecordRefusal(code.rawValue))
    }

    // MARK: The mark

    private func sendMark(_ mark: FoundMark, _ patience: inout Patience) -> DetachedCall.End<KafkaError?> {
        let context = "sending the relay's mark \(mark.number) for the group \(relayID)"
        let list: PartitionList
        do throws(KafkaError) { list = try KafkaRelayMark.list(mark, configuration) } catch { return .returned(error) }
        guard let group = Calls.groupMetadataNew(relayID) else {
            return .returned(KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: context))
        }
        let client = session.client
        let milliseconds = patience.milliseconds(atMost: .max)
        return DetachedCall.run(&patience) {
            defer { Calls.groupMetadataDestroy(group) }
            return withExtendedLifetime((client, list)) {
                Calls.sendOffsets(client.handle, list.handle, group, milliseconds: milliseconds)
                    .map { KafkaError(taking: $0, context: context) }
            }
        }
    }

    // MARK: The end

    private func commit(
        _ records: [EncodedRecord], _ reports: inout Reports, _ sent: SentRequests, _ before: SentRequests.Numbers,
        _ patience: inout Patience
    ) -> Outcome {
        CrashPoint.markSent.reached()
        let error = session.resume(&patience, context: "committing a transaction", call: Calls.commitTransaction)
        if let error {
            guard error.requiresAbort, !error.isFatal, sent.numbers.endTransaction == before.endTransaction else {
                return .inDoubt(reason: error.description)
            }
            return abort(Failure(reason: error.description), records, &reports, sent, before)
        }
        CrashPoint.transactionCommitted.reached()
        guard isSingle(sent, before) else { return .inDoubt(reason: "a request of the transaction was sent again") }
        return .committed
    }

    /// Aborts, in order to know that nothing is published.
    private func abort(
        _ failure: Failure, _ records: [EncodedRecord], _ reports: inout Reports, _ sent: SentRequests,
        _ before: SentRequests.Numbers
    ) -> Outcome {
        if failure.isFatal { return .inDoubt(reason: failure.reason) }
        var patience = Patience(seconds: limits.abort, isStopping: isStopping)
        let error = session.resume(
            &patience, context: "aborting a transaction", report: { reports.add($0, $1) },
            call: Calls.abortTransaction)
        let failure = failure.reason.isEmpty ? self.failure(of: records, reports) : failure
        if let error { return .inDoubt(reason: "\(failure.reason); \(error.description)") }
        guard isSingle(sent, before) else {
            return .inDoubt(reason: "\(failure.reason); a request of the transaction was sent again")
        }
        return .aborted(failure)
    }

    private func isSingle(_ sent: SentRequests, _ before: SentRequests.Numbers) -> Bool {
        !limits.doubtsRepeatedRequests || sent.numbers.areSingle(since: before)
    }
}
