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

    package init(identity: StoreIdentity, starts: Set<StoreIdentity>) {
        self.identity = identity
        self.starts = starts.union([identity])
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

/// The mark that Kafka keeps for the relay: the offset of a group of its own, with the text of its writer.
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
            return .refused(
                reason:
                    "\(reason). One orders topic belongs to one store: use that store, or set kafka.relay_id and topics of "
                    + "its own for this one")
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
