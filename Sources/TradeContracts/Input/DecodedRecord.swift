package import TradeCore

/// What makes two events the same: `event_id` and the CloudEvents source (R12).
package struct EventIdentity: Hashable, Sendable {
    package var id: String
    /// Empty in plain JSON.
    package var source: String

    package init(id: String, source: String = "") {
        self.id = id
        self.source = source
    }

    package static func == (left: EventIdentity, right: EventIdentity) -> Bool {
        left.id.hasSameBytes(as: right.id) && left.source.hasSameBytes(as: right.source)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(stableHash) }

    /// A hash that stays the same across processes: the store's index and the filter of identities use it.
    package var stableHash: UInt64 {
        var hash = StableHash()
        hash.combine(id)
        hash.combine(byte: 0)
        hash.combine(source)
        return hash.value
    }
}

/// W3C trace context with the bytes of the event that brought it (R89).
package struct TraceHeaders: Hashable, Sendable {
    package var traceparent: [UInt8]
    package var tracestate: [UInt8]?

    package init(traceparent: [UInt8], tracestate: [UInt8]?) {
        self.traceparent = traceparent
        self.tracestate = tracestate
    }
}

/// One `analysis-completed` record, decoded and valid.
package struct AnalysisEvent: Hashable, Sendable {
    package var identity: EventIdentity
    package var occurredAt: Timestamp
    package var expert: ExpertID
    package var useCase: UseCase
    /// Days, 1...3650, 1 by default (R22).
    package var lookbackDays: Int64
    package var recommendations: [Recommendation]
    package var trace: TraceHeaders?

    package init(
        identity: EventIdentity, occurredAt: Timestamp, expert: ExpertID, useCase: UseCase, lookbackDays: Int64 = 1,
        recommendations: [Recommendation], trace: TraceHeaders? = nil
    ) {
        self.identity = identity
        self.occurredAt = occurredAt
        self.expert = expert
        self.useCase = useCase
        self.lookbackDays = lookbackDays
        self.recommendations = recommendations
        self.trace = trace
    }
}

/// Why a record cannot be read (R9).
package enum DeadLetterReason: String, CaseIterable, Sendable {
    case tombstone
    case tooLarge = "too_large"
    case tooDeep = "too_deep"
    case malformed
    case unsupportedVersion = "unsupported_version"
    case missingField = "missing_field"
    case wrongType = "wrong_type"
    case unknownValue = "unknown_value"
    case invalidValue = "invalid_value"
    case foreignHeader = "foreign_header"
    case refused
}

/// A record that cannot be read, with what is wrong in it.
package struct Undecodable: Error, Hashable, Sendable {
    package var reason: DeadLetterReason
    package var message: String

    package init(_ reason: DeadLetterReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

/// A record after decoding: ready for the intake.
package struct DecodedRecord: Sendable {
    package enum Body: Sendable {
        case event(AnalysisEvent)
        case orderUpdate(OrderUpdate)
        case reference(ReferenceChange)
        case undecodable(Undecodable)
    }

    package var address: RecordAddress
    /// Milliseconds since 1970; nil where the record has none.
    package var timestamp: Int64?
    package var body: Body
    /// The record as it came: a dead letter carries it on, and its checksum identifies it (G6).
    package var bytes: RecordBytes
    /// Of key and value, the same in every process.
    package var checksum: UInt64

    package init(address: RecordAddress, timestamp: Int64?, body: Body, bytes: RecordBytes, checksum: UInt64 = 0) {
        self.address = address
        self.timestamp = timestamp
        self.body = body
        self.bytes = bytes
        self.checksum = checksum
    }
}
