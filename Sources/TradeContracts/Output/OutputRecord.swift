package import TradeCore

/// The event that something goes back to: shared by all that its recommendations lead to (R29).
package final class EventReference: Sendable {
    /// The store's row number of the event.
    package let number: Int64
    package let identity: EventIdentity
    package let address: RecordAddress
    package let expert: ExpertID
    package let useCase: UseCase
    package let occurredAt: Timestamp
    /// Days.
    package let lookbackDays: Int64
    package let trace: TraceHeaders?

    package init(
        number: Int64, identity: EventIdentity, address: RecordAddress, expert: ExpertID, useCase: UseCase,
        occurredAt: Timestamp, lookbackDays: Int64, trace: TraceHeaders?
    ) {
        self.number = number
        self.identity = identity
        self.address = address
        self.expert = expert
        self.useCase = useCase
        self.occurredAt = occurredAt
        self.lookbackDays = lookbackDays
        self.trace = trace
    }
}

/// An order as it is published.
package struct CreatedOrder: Sendable {
    package var event: EventReference
    package var account: AccountID
    package var recommendation: RecommendationID
    package var symbol: Symbol
    package var plan: PlannedOrder
    package var createdAt: Timestamp
    package var run: Int64
    package var explanation: Explanation?

    package init(
        event: EventReference, account: AccountID, recommendation: RecommendationID, symbol: Symbol, plan: PlannedOrder,
        createdAt: Timestamp, run: Int64, explanation: Explanation?
    ) {
        self.event = event
        self.account = account
        self.recommendation = recommendation
        self.symbol = symbol
        self.plan = plan
        self.createdAt = createdAt
        self.run = run
        self.explanation = explanation
    }
}

/// A skip as it is published. Its id is derived by the encoder (R81).
package struct SkipRecord: Sendable {
    package var event: EventReference
    /// Nil: the event as a whole.
    package var recommendation: RecommendationID?
    package var symbol: Symbol?
    package var reason: SkipReason
    /// Only for `lock_busy`.
    package var covered: Bool?
    package var heldByRun: Int64?
    package var message: String
    /// Only for `existing_transaction` (R78).
    package var existing: ExistingPosition?
    package var skippedAt: Timestamp
    /// Nil in what no run made and in every `duplicate_event` (R79).
    package var run: Int64?
    package var explanation: Explanation?

    package init(
        event: EventReference, recommendation: RecommendationID? = nil, symbol: Symbol? = nil, reason: SkipReason,
        covered: Bool? = nil, heldByRun: Int64? = nil, message: String, existing: ExistingPosition? = nil,
        skippedAt: Timestamp, run: Int64? = nil, explanation: Explanation? = nil
    ) {
        self.event = event
        self.recommendation = recommendation
        self.symbol = symbol
        self.reason = reason
        self.covered = covered
        self.heldByRun = heldByRun
        self.message = message
        self.existing = existing
        self.skippedAt = skippedAt
        self.run = run
        self.explanation = explanation
    }
}

/// The position that an `existing_transaction` skip names.
package struct ExistingPosition: Hashable, Sendable {
    package var id: UniqueID
    package var status: PositionStatus

    package init(id: UniqueID, status: PositionStatus) {
        self.id = id
        self.status = status
    }
}

/// A record that could not be read, on its way to the dead-letter topic.
package struct DeadLetterRecord: Sendable {
    package var address: RecordAddress
    package var timestamp: Int64?
    package var bytes: RecordBytes
    package var cause: Undecodable

    package init(address: RecordAddress, timestamp: Int64?, bytes: RecordBytes, cause: Undecodable) {
        self.address = address
        self.timestamp = timestamp
        self.bytes = bytes
        self.cause = cause
    }
}

/// What goes out, before it is encoded.
package enum OutputRecord: Sendable {
    case order(CreatedOrder)
    case skip(SkipRecord)
    case deadLetter(DeadLetterRecord)

    package var topic: OutputTopic {
        switch self {
        case .order: .ordersCreated
        case .skip: .eventsSkipped
        case .deadLetter: .deadLetters
        }
    }
}

/// An output record in bytes, as the outbox keeps it and the relay publishes it.
package struct EncodedRecord: Hashable, Sendable {
    package var topic: OutputTopic
    package var key: [UInt8]?
    package var value: [UInt8]?
    /// In the form of `HeaderBlock`.
    package var headers: [UInt8]

    package init(topic: OutputTopic, key: [UInt8]?, value: [UInt8]?, headers: [UInt8]) {
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
    }
}
