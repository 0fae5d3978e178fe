package import TradeContracts
package import TradeCore

/// The next offset to take in of a partition, with what identifies the record before it (G6).
package struct InputPosition: Hashable, Sendable {
    package var partition: TopicPartition
    /// The next offset to take in.
    package var nextOffset: Int64
    package var lastOffset: Int64
    /// Milliseconds since 1970 of the last record; nil where it has none.
    package var lastTimestamp: Int64?
    /// `RecordChecksum` of the last record.
    package var lastChecksum: UInt64

    package init(
        partition: TopicPartition, nextOffset: Int64, lastOffset: Int64, lastTimestamp: Int64?, lastChecksum: UInt64
    ) {
        self.partition = partition
        self.nextOffset = nextOffset
        self.lastOffset = lastOffset
        self.lastTimestamp = lastTimestamp
        self.lastChecksum = lastChecksum
    }
}

/// A recommendation in the inbox that is not decided yet.
package struct PendingRecommendation: Sendable {
    /// The store's row number, increasing in intake order.
    package var number: Int64
    package var event: EventReference
    package var recommendation: Recommendation

    package init(number: Int64, event: EventReference, recommendation: Recommendation) {
        self.number = number
        self.event = event
        self.recommendation = recommendation
    }
}

extension EventReference {
    /// The lock key of the event.
    package var lockKey: ExpertUseCase { ExpertUseCase(expert: expert, useCase: useCase) }
}

extension PendingRecommendation {
    /// What it counts once by (R13).
    package var recommendationKey: RecommendationKey {
        RecommendationKey(key: event.lockKey, id: recommendation.id)
    }
}

/// How a recommendation was decided. Exactly one for each (G2).
package struct RecommendationOutcome: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case ordered
        case skipped(SkipReason)
    }

    /// The recommendation's row number.
    package var number: Int64
    package var kind: Kind
    package var run: Int64

    package init(number: Int64, kind: Kind, run: Int64) {
        self.number = number
        self.kind = kind
        self.run = run
    }
}

/// The last run number of a lock key (G1).
package struct KeyRun: Hashable, Sendable {
    package var key: ExpertUseCase
    package var run: Int64

    package init(key: ExpertUseCase, run: Int64) {
        self.key = key
        self.run = run
    }
}

/// Where the record that set a reference key stands: a later one wins, an earlier one changes nothing (R98).
package enum ReferenceOrigin: Hashable, Sendable {
    case file
    case topic(offset: Int64)
}

/// A change of reference data with where it came from.
package struct ReferenceWrite: Sendable {
    package var change: ReferenceChange
    package var origin: ReferenceOrigin

    package init(change: ReferenceChange, origin: ReferenceOrigin) {
        self.change = change
        self.origin = origin
    }
}

/// One entry of the commit queue: all of it is durable, or nothing of it (G4). The store applies its parts in the order in
/// which they stand here.
package final class ChangeSet: Sendable {
    /// The commit number, increasing by one from entry to entry.
    package let number: Int64
    package let position: InputPosition?
    /// An event of the inbox with its recommendations; empty recommendations for a pure trigger.
    package let event: EventReference?
    package let recommendations: [PendingRecommendation]
    package let run: KeyRun?
    /// Positions as they are after this entry, with all of their orders: inserted, or replaced by number.
    package let positions: [Position]
    package let outcomes: [RecommendationOutcome]
    package let reference: [ReferenceWrite]
    package let halts: [HaltChange]
    package let rows: [OutboxRow]
    /// The relay's mark: the highest outbox number that is acknowledged (design §6).
    package let relayMark: Int64?
    package let relay: RelayChange?

    package init(
        number: Int64, position: InputPosition? = nil, event: EventReference? = nil,
        recommendations: [PendingRecommendation] = [], run: KeyRun? = nil, positions: [Position] = [],
        outcomes: [RecommendationOutcome] = [], reference: [ReferenceWrite] = [], halts: [HaltChange] = [],
        rows: [OutboxRow] = [], relayMark: Int64? = nil, relay: RelayChange? = nil
    ) {
        self.number = number
        self.position = position
        self.event = event
        self.recommendations = recommendations
        self.run = run
        self.positions = positions
        self.outcomes = outcomes
        self.reference = reference
        self.halts = halts
        self.rows = rows
        self.relayMark = relayMark
        self.relay = relay
    }
}

/// What an entry changes of the relay besides its mark: rarely anything, so it is one object.
package final class RelayChange: Sendable {
    /// Comes into force.
    package let withdrawal: Withdrawal?
    /// Rows that are set aside. They are above the relay's mark.
    package let withdrawn: [WithdrawnRow]
    package let note: RelayNote?

    package init(withdrawal: Withdrawal? = nil, withdrawn: [WithdrawnRow] = [], note: RelayNote? = nil) {
        self.withdrawal = withdrawal
        self.withdrawn = withdrawn
        self.note = note
    }
}
