import TradeCore

extension StoreIdentity {
    /// As it is written beside what Kafka keeps for the service (G6): `store:counter:random`, the random number in hexadecimal.
    package var text: String { "\(id):\(start):\(String(incarnation, radix: 16))" }

    /// Reads what `text` wrote; nil for anything else.
    package init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let id = UniqueID(String(parts[0])), let start = Int64(parts[1]), start > 0,
            let incarnation = UInt64(parts[2], radix: 16)
        else { return nil }
        self.init(id: id, start: start, incarnation: incarnation)
    }
}

/// Who writes a mark, and whose marks are taken for one's own (G6).
package struct StoreOwner: Hashable, Sendable {
    /// This start.
    package var identity: StoreIdentity
    /// Every start that the store knows, this one among them.
    package var starts: Set<StoreIdentity>
    /// An operator has said that what others wrote counts no more (`store accept owner`).
    package var isAccepted: Bool

    package init(identity: StoreIdentity, starts: Set<StoreIdentity>, isAccepted: Bool = false) {
        self.identity = identity
        self.starts = starts.union([identity])
        self.isAccepted = isAccepted
    }

    /// Why what carries such a text is not this store's; nil where it is. `what` says what carries it.
    package func refusal(of text: String, what: String) -> String? {
        guard let writer = StoreIdentity(text: text) else {
            return "\(what) was written by something else (\"\(text)\")"
        }
        guard writer.id == identity.id else {
            return "\(what) belongs to another store, \(writer.id); this one is \(identity.id)"
        }
        guard starts.contains(writer) else {
            return
                "\(what) was written by start \(writer.start) of this store, which this file does not know: it is a copy, "
                + "or was restored"
        }
        return nil
    }
}
