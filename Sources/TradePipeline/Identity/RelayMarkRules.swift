import TradeCore

/// What Kafka keeps of ours, as it was found: an offset that a group has committed, with the text of its writer. The offset of the
/// relay's group is its mark.
package struct FoundMark: Hashable, Sendable {
    package var number: Int64
    package var writer: String

    package init(number: Int64, writer: String) {
        self.number = number
        self.writer = writer
    }
}

/// Where the relay goes on, from the two marks (design §6).
package struct RelayMarkRules: Sendable {
    package var owner: StoreOwner
    /// The relay's group and transactional id, for messages.
    package var relayID: String

    package init(owner: StoreOwner, relayID: String) {
        self.owner = owner
        self.relayID = relayID
    }

    /// What follows from a mark that was found, or from none.
    package func judge(_ found: FoundMark?, _ opening: SinkOpening) -> SinkOpened {
        let what = "the relay's mark in the group \(relayID)"
        guard let found else {
            guard opening.expectsMark else { return .opened(mark: opening.mark) }
            return .refused(
                reason: "\(what) is gone, and the last stop was not a clean one: what was published after row "
                    + "\(opening.mark) is not known. See it with `trade-manager audit`, then name the last published row "
                    + "with `trade-manager store set-mark N --execute`")
        }
        if let reason = owner.refusal(of: found.writer, what: what) {
            // What the other one published is not ours: only our own mark counts.
            if owner.isAccepted { return .opened(mark: opening.mark) }
            return .refused(
                reason:
                    "\(reason). One orders topic belongs to one store: use that store, or give this one topics of its own "
                    + "(kafka.topics). Where the other one is gone for good: `trade-manager store accept owner --execute`"
            )
        }
        guard found.number <= opening.highest else {
            return .refused(
                reason:
                    "\(what) is \(found.number), but this store has given out \(opening.highest) rows only: it is an older "
                    + "state of it, restored or copied. Use the newer one; where that is lost, see `trade-manager audit` and "
                    + "`trade-manager store set-mark N --execute`")
        }
        return .opened(mark: max(found.number, opening.mark))
    }
}
