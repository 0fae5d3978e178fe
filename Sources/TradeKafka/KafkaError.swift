import CRdkafka

/// What went wrong with Kafka: the code, what was being done, and what to do about it.
package struct KafkaError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The broker or the client library said no.
        case library
        /// The configuration sets a property that the service's guarantees hang on.
        case refusedProperty(String)
        /// The library doesn't know the property, or not this value.
        case badProperty(String)
        /// The broker isn't able to answer the question (the embedded one knows no topic settings, for example).
        case unsupported
    }

    package var kind: Kind
    /// librdkafka's code: negative ones are the client's own, positive ones a broker's.
    package var code: Int32
    /// The code's name, like `_TRANSPORT` or `UNKNOWN_TOPIC_OR_PART`.
    package var name: String
    /// What was being done, with the topic or the key that it was about.
    package var context: String
    package var text: String
    /// Trying the same again may help.
    package var isRetriable: Bool
    /// The client is of no use any more.
    package var isFatal: Bool
    /// The transaction has to be aborted.
    package var requiresAbort: Bool
    /// What to do about it; empty where there is nothing to add.
    package var advice: String

    init(_ code: rd_kafka_resp_err_t, context: String, text: String? = nil, isFatal: Bool = false) {
        kind = .library
        self.code = code.rawValue
        name = Calls.name(of: code)
        self.context = context
        self.text = text ?? Calls.text(of: code)
        isRetriable = Self.retriable.contains(code.rawValue)
        self.isFatal = isFatal || code == RD_KAFKA_RESP_ERR__FATAL
        requiresAbort = false
        advice = Self.advice(for: code)
    }

    /// From an error object of the library, which it frees.
    init(taking error: OpaquePointer, context: String) {
        let code = Calls.errorCode(error)
        self.init(code, context: context, text: Calls.errorText(error), isFatal: Calls.errorIsFatal(error))
        isRetriable = Calls.errorIsRetriable(error)
        requiresAbort = Calls.errorRequiresAbort(error)
        Calls.errorDestroy(error)
    }

    private init(kind: Kind, code: rd_kafka_resp_err_t, context: String, text: String, advice: String) {
        self.init(code, context: context, text: text)
        self.kind = kind
        self.advice = advice
    }

    static func refusedProperty(_ key: String, advice: String) -> KafkaError {
        KafkaError(
            kind: .refusedProperty(key), code: RD_KAFKA_RESP_ERR__INVALID_ARG, context: "reading the Kafka properties",
            text: "the property \(key) can't be set: the guarantees of the service hang on it", advice: advice)
    }

    static func badProperty(_ key: String, value: String, text: String) -> KafkaError {
        KafkaError(
            kind: .badProperty(key), code: RD_KAFKA_RESP_ERR__INVALID_ARG, context: "reading the Kafka properties",
            text: "\(key) = \(KafkaConfiguration.isSecret(key) ? "***" : value): \(text)",
            advice: "correct or remove the property")
    }

    static func unsupported(_ text: String, context: String, advice: String = "use a real Kafka for this") -> KafkaError
    {
        KafkaError(
            kind: .unsupported, code: RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, context: context, text: text,
            advice: advice)
    }

    private static let retriable: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__QUEUE_FULL,
            RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS,
            RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__WAIT_CACHE,
            RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
        ].map(\.rawValue))

    private static func advice(for code: rd_kafka_resp_err_t) -> String {
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT:
            "see whether the broker runs and is reachable under kafka.bootstrap_servers"
        case RD_KAFKA_RESP_ERR__RESOLVE: "correct the host names in kafka.bootstrap_servers"
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL:
            "correct the security properties in kafka.properties"
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            "grant the service's user the right on the broker"
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            "create the topic: trade-manager topics create"
        case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
            "another process uses this store's identity: stop one of the two"
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            "raise max.message.bytes of the topic and message.max.bytes in kafka.producer_properties"
        default: ""
        }
    }
}

extension KafkaError: CustomStringConvertible {
    package var description: String {
        let end = advice.isEmpty ? "" : " (\(advice))"
        return kind == .library ? "\(context): \(text) [\(name)]\(end)" : "\(context): \(text)\(end)"
    }
}
