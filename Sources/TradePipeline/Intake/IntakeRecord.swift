import TradeContracts
import TradeCore

/// A record between its arrival and its commit, with what the store answered about it.
final class IntakeRecord {
    let decoded: DecodedRecord
    /// Kept alive: a record outlives the assignment of its partition, in the commit queue and in questions to the store.
    let partition: PartitionState
    /// Of an event: its identity, and its recommendations' keys, with their hashes. Found once, they are looked up often.
    let identity: IdentityKey?
    let recommendations: [(key: RecommendationKey, stableHash: UInt64)]
    /// Whether the store holds the event's identity; nil: not asked, or not answered yet.
    var identityInStore: Bool?
    /// Those of the event's recommendations that the store holds; nil as above.
    var recommendationsInStore: Set<RecommendationKey>?
    /// For an order update: the position that the store has for the order.
    var positionAnswer: Position??
    /// Questions that are under way for this record.
    var loads = 0
    var tickets: [Int64] = []
    /// Set when it has been taken in.
    var event: EventHandle?
    /// The expert that it concerns, looked up once; see `Pipeline.expertState(of:_:)`.
    var expert: ExpertState?

    init(decoded: DecodedRecord, partition: PartitionState) {
        self.decoded = decoded
        self.partition = partition
        guard case .event(let event) = decoded.body else {
            identity = nil
            recommendations = []
            return
        }
        let key = event.lockKey
        identity = IdentityKey(event.identity)
        recommendations = event.recommendations.map { recommendation in
            let key = RecommendationKey(key: key, id: recommendation.id)
            return (key, key.stableHash)
        }
    }
}

/// An event that was taken in. Its inbox row may yet be refused, and then it counts for nothing.
final class EventHandle {
    /// Another one where the entry was made anew after a refusal.
    var reference: EventReference
    /// Whether it brought a recommendation that was new (R18).
    var broughtNew: Bool
    var refused = false

    init(reference: EventReference, broughtNew: Bool) {
        self.reference = reference
        self.broughtNew = broughtNew
    }
}
