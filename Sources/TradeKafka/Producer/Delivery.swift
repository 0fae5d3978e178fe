import CRdkafka

/// Sends one batch of records and waits for their reports.
struct Delivery {
    struct Result {
        /// How many records from the first on are acknowledged without a hole.
        var acknowledged: Int
        /// Why not all are; nil: all are.
        var reason: String?
        /// Records may still be on their way: the session has to be discarded.
        var needsNewSession: Bool
        /// A record is refused by its own fault.
        var refusal: RecordRefusal?
    }

    private let session: ProducerSession
    private let patience: Duration
    private let isStopping: () -> Bool

    /// How long a stop waits for what has been sent.
    private static let patienceOfStop = Duration.milliseconds(500)
    private static let slice: Int32 = 50

    init(_ session: ProducerSession, patience: Duration, isStopping: @escaping () -> Bool) {
        self.session = session
        self.patience = patience
        self.isStopping = isStopping
    }

    /// Sends records 0..<count in order with `produce`, which names them by their index, as `topic` does, which says where they go.
    func run(count: Int, topic: (Int) -> String, produce: (Int) throws(KafkaError) -> Void) -> Result {
        var reports = Reports(count: count)
        var sent = 0
        var refusal: KafkaError?
        var lastProgress = ContinuousClock.Instant.now
        while reports.acknowledged < count {
            while sent < count, refusal == nil, !isStopping() {
                do throws(KafkaError) {
                    try produce(sent)
                    sent += 1
                } catch {
                    if error.code != RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue { refusal = error }
                    break
                }
            }
            if reports.ended == sent, refusal != nil || (isStopping() && sent < count) { break }
            if session.serve(milliseconds: Self.slice, report: { reports.add($0, $1) }) { lastProgress = .now }
            if reports.failure != nil || session.terminalError != nil {
                return discard(&reports, session.terminalError?.description ?? "sending failed", topic)
            }
            let waited = lastProgress.duration(to: .now)
            if waited > (isStopping() ? min(patience, Self.patienceOfStop) : patience) {
                let cause = session.lastCause.isEmpty ? "" : " (\(session.lastCause))"
                let seconds = waited / .seconds(1)
                return discard(
                    &reports, "broker unreachable: no acknowledgement for \((seconds * 10).rounded() / 10) s\(cause)",
                    topic)
            }
        }
        let isWhole = reports.acknowledged == count
        return Result(
            acknowledged: reports.acknowledged, reason: isWhole ? nil : refusal?.description ?? "stopped",
            needsNewSession: false, refusal: isWhole ? nil : refusal.flatMap { RecordRefusal($0.code) })
    }

    /// Purges what is on its way and takes in the last reports, so that the acknowledged part is as long as it can be known.
    private func discard(_ reports: inout Reports, _ reason: String, _ topic: (Int) -> String) -> Result {
        // After a stop no successor follows that could be overtaken.
        session.purge(waits: !isStopping())
        while session.serve(milliseconds: 10, report: { reports.add($0, $1) }) {}
        let refusal = reports.cause.map { cause in
            KafkaError(cause.code, context: "sending to \(topic(cause.index))").description
        }
        return Result(
            acknowledged: reports.acknowledged, reason: refusal ?? reason, needsNewSession: true,
            refusal: reports.cause.flatMap { RecordRefusal($0.code.rawValue) })
    }
}

/// The delivery reports of a batch. Pure.
struct Reports {
    private var isAcknowledged: [Bool]
    /// Records from the first on that are acknowledged without a hole.
    private(set) var acknowledged = 0
    /// Reports so far.
    private(set) var ended = 0
    /// The first code of a report that is no acknowledgement.
    private(set) var failure: rd_kafka_resp_err_t?
    /// Of which record the first is that isn't a consequence of giving up.
    private(set) var cause: (index: Int, code: rd_kafka_resp_err_t)?
    /// The first that is a record's own fault.
    private(set) var refused: (index: Int, code: rd_kafka_resp_err_t)?

    private static let consequences: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__FATAL,
            RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE,
        ].map(\.rawValue))

    init(count: Int) { isAcknowledged = Array(repeating: false, count: count) }

    mutating func add(_ index: Int, _ code: rd_kafka_resp_err_t) {
        ended += 1
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            failure = failure ?? code
            if refused == nil, RecordRefusal(code.rawValue) != nil { refused = (index, code) }
            if cause == nil, !Self.consequences.contains(code.rawValue) { cause = (index, code) }
            return
        }
        guard isAcknowledged.indices.contains(index) else { return }
        isAcknowledged[index] = true
        while acknowledged < isAcknowledged.count, isAcknowledged[acknowledged] { acknowledged += 1 }
    }
}
