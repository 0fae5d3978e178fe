/// What was taken in or changed lately, by identity: queued for the store, or durable but possibly unseen by a question that is
/// under way.
///
/// A question to the store that began before a commit may not see it, so what it decided stays here until every ticket that was
/// open at its commit is closed (design §1, "Loads").
struct RecentIdentities<Key: Hashable, Value> {
    /// Whether a recent identity is durable.
    enum State {
        /// Not known to be durable.
        case queued
        case durable
    }

    private typealias Entry = (marker: Int64, value: Value)

    private var entries: [Key: Entry] = [:]
    private var durable = Queue<(key: Key, marker: Int64)>()

    var count: Int { entries.count }

    func state(of key: Key) -> State? {
        guard let entry = entries[key] else { return nil }
        return entry.marker == .max ? .queued : .durable
    }

    func value(of key: Key) -> Value? { entries[key]?.value }

    /// What is queued, and what is durable with the number of the first ticket that has certainly seen it, in the order in which
    /// it is forgotten: for looking at a state.
    var contents: (queued: [Key], durable: [(key: Key, marker: Int64)]) {
        (
            entries.filter { $0.value.marker == .max }.map(\.key),
            durable.elements.filter { entries[$0.key]?.marker == $0.marker }
        )
    }

    mutating func insertQueued(_ key: Key, _ value: Value) { entries[key] = (.max, value) }

    /// Takes back one that was queued and is not going to be durable.
    mutating func removeQueued(_ key: Key) {
        if entries[key]?.marker == .max { entries[key] = nil }
    }

    /// `tickets`: those that are open may have begun before this commit; without any it is forgotten at once.
    mutating func markDurable(_ key: Key, _ tickets: Tickets) {
        guard let index = entries.index(forKey: key), entries.values[index].marker == .max else { return }
        if tickets.oldest == tickets.next {
            entries.remove(at: index)
        } else {
            entries.values[index].marker = tickets.next
            durable.append((key, tickets.next))
        }
    }

    /// Forgets what every open ticket has seen; `oldest` is the lowest number of an open ticket, or the next one.
    mutating func evict(oldest: Int64) {
        while let first = durable.first, first.marker <= oldest {
            durable.removeFirst()
            if let index = entries.index(forKey: first.key), entries.values[index].marker == first.marker {
                entries.remove(at: index)
            }
        }
    }
}

/// Numbers for what depends on the store's state at a moment: open until it is used up.
struct Tickets {
    private(set) var next: Int64 = 0
    private var oldestKnown: Int64 = 0
    private var closed: Set<Int64> = []

    mutating func open() -> Int64 {
        defer { next += 1 }
        return next
    }

    mutating func close(_ ticket: Int64) {
        guard ticket >= oldestKnown, ticket < next else { return }
        closed.insert(ticket)
        while closed.remove(oldestKnown) != nil { oldestKnown += 1 }
    }

    /// How many tickets below this number are open.
    func open(below number: Int64) -> Int { (oldestKnown..<max(oldestKnown, number)).count { !closed.contains($0) } }

    /// The lowest open ticket, or the next one where none is open.
    var oldest: Int64 { oldestKnown }
}
