import TradeKafka

/// How far a partition of the dead-letter topic is worked off: by all reasons, and further by some of them. It is kept as a
/// committed offset with a text, so that the next redrive goes on there, whichever reasons were asked for. Pure.
struct RedrivePosition: Hashable {
    /// Everything below is worked off.
    private(set) var offset: Int64
    /// Of these reasons everything below is, too; each is above `offset`.
    private(set) var further: [String: Int64] = [:]

    init(offset: Int64) { self.offset = offset }

    /// Of what is committed. A text that is not ours says nothing.
    init(_ committed: CommittedOffset) {
        offset = committed.nextOffset
        for part in committed.metadata.split(separator: ",") {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2, let end = Int64(words[1]), end > offset else { continue }
            further[String(words[0])] = end
        }
    }

    /// As it is committed.
    var committed: CommittedOffset {
        let parts = further.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return CommittedOffset(nextOffset: offset, metadata: parts.joined(separator: ","))
    }

    /// Whether a dead letter is worked off.
    func covers(_ letter: Int64, reason: String) -> Bool { letter < max(offset, further[reason] ?? offset) }

    /// Notes that all from `start` up to, without, `end` are worked off, of these reasons (none: of all). What would leave a gap
    /// is not noted: false.
    mutating func advance(from start: Int64, to end: Int64, reasons: Set<String>) -> Bool {
        if reasons.isEmpty {
            guard start <= offset else { return false }
            offset = max(offset, end)
        }
        var isWhole = true
        for reason in reasons {
            let known = max(offset, further[reason] ?? offset)
            if start <= known { further[reason] = max(known, end) } else { isWhole = false }
        }
        further = further.filter { $0.value > offset }
        return isWhole
    }
}
