import TradeContracts

/// An event's identity with its hash: found once from its text, it is asked for often.
struct IdentityKey: Hashable {
    let identity: EventIdentity
    /// `EventIdentity.stableHash`.
    let stableHash: UInt64

    init(_ identity: EventIdentity) {
        self.identity = identity
        stableHash = identity.stableHash
    }

    static func == (left: IdentityKey, right: IdentityKey) -> Bool {
        left.stableHash == right.stableHash && left.identity == right.identity
    }

    func hash(into hasher: inout Hasher) { hasher.combine(stableHash) }
}
