import CRdkafka

/// A producer of the library, from its making to its first failure: after one it is discarded, so that what it
/// still holds can't overtake what its successor sends.
final class ProducerSession {
    let client: KafkaClient
    private let reports: KafkaQueue
    private var topics: [String: TopicHandle] = [:]
    private let arguments: UnsafeMutablePointer<rd_kafka_vu_t>
    /// The last error of a connection, or why a transaction can only be aborted.
    private(set) var lastCause = ""
    /// What the broker said of the first partition that it did not take into the transaction.
    private var refusedPartition: String?
    private(set) var terminalError: KafkaError?

    private static let argumentCount = 6

    init(_ configuration: KafkaConfiguration, for role: ClientProperties.Role = .producer) throws(KafkaError) {
        let client = try KafkaClient(configuration, for: role)
        let reports = try KafkaQueue.main(of: client)
        let logs = Calls.setLogQueue(client.handle, nil)
        guard logs == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(logs, context: "opening the log queue") }
        self.client = client
        self.reports = reports
        arguments = .allocate(capacity: Self.argumentCount)
        arguments.initialize(repeating: rd_kafka_vu_t(), count: Self.argumentCount)
    }

    deinit { arguments.deallocate() }

    /// The handle of a topic, found once.
    func topic(_ name: String) throws(KafkaError) -> TopicHandle {
        if let known = topics[name] { return known }
        let topic = try TopicHandle(client, name)
        topics[name] = topic
        return topic
    }

    /// Hands a record to the library, which copies it; `number` comes back with its report.
    func produce(_ record: OutgoingRecord, to topic: TopicHandle, number: Int) throws(KafkaError) {
        let headers = try MessageHeaders.make(from: record.headers)
        let error = Self.withBytes(record.key) { key in
            Self.withBytes(record.value) { value in
                set(0, RD_KAFKA_VTYPE_RKT) { $0.rkt = topic.handle }
                set(1, RD_KAFKA_VTYPE_KEY) { $0.mem = .init(ptr: key.0, size: key.1) }
                set(2, RD_KAFKA_VTYPE_VALUE) { $0.mem = .init(ptr: value.0, size: value.1) }
                set(3, RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY }
                set(4, RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = UnsafeMutableRawPointer(bitPattern: number) }
                set(5, RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers }
                return Calls.produce(client.handle, arguments, headers == nil ? 5 : 6)
            }
        }
        guard let error else { return }
        // The library takes the headers only with the record.
        if let headers { Calls.headersDestroy(headers) }
        throw KafkaError(taking: error, context: "sending to \(topic.name)")
    }

    private func set(
        _ index: Int, _ type: rd_kafka_vtype_t, _ value: (inout rd_kafka_vu_t.__Unnamed_union_u) -> Void
    ) {
        arguments[index].vtype = type
        value(&arguments[index].u)
    }

    /// Takes in reports, waiting up to `milliseconds` for the first; false where none came.
    func serve(milliseconds: Int32, report: (_ number: Int, _ code: rd_kafka_resp_err_t) -> Void) -> Bool {
        var milliseconds = milliseconds
        var hasReports = false
        while let event = reports.poll(milliseconds: milliseconds) {
            milliseconds = 0
            switch event.type {
            case RD_KAFKA_EVENT_DR:
                hasReports = true
                event.reports(report)
            case RD_KAFKA_EVENT_LOG: take(event.logLine)
            case RD_KAFKA_EVENT_ERROR: failed(event)
            default: break
            }
        }
        return hasReports
    }

    /// What comes from now on is the next transaction's.
    func forgetCause() {
        lastCause = ""
        refusedPartition = nil
    }

    private func take(_ line: (level: Int32, facility: String, text: String)?) {
        // Which partition it is about only the first of these says; the other follows it.
        switch line?.facility {
        case "ADDPARTS": refusedPartition = refusedPartition ?? line?.text
        case "TXNERR": lastCause = refusedPartition ?? line?.text ?? ""
        default: break
        }
        client.forward(line)
    }

    private func failed(_ event: KafkaEvent) {
        lastCause = event.text
        terminalError = terminalError ?? client.terminalError(context: "sending")
    }

    /// Drops what is not acknowledged: it is reported as purged. With `waits` only then returns: nothing of it is sent after that,
    /// but a thread of the library that hangs, in a look-up of a name, is waited for.
    func purge(waits: Bool) {
        let all = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
        _ = Calls.purge(client.handle, waits ? all : all | RD_KAFKA_PURGE_F_NON_BLOCKING)
    }

    /// Pointer and size for the library: without a pointer for an absent value, with any for an empty one.
    private static func withBytes<Result>(
        _ bytes: [UInt8]?, _ body: ((UnsafeMutableRawPointer?, Int)) -> Result
    ) -> Result {
        guard let bytes else { return body((nil, 0)) }
        return bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else {
                return withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { body(($0.baseAddress, 0)) }
            }
            return body((UnsafeMutableRawPointer(mutating: start), buffer.count))
        }
    }
}
