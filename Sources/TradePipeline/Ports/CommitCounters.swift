import TradeContracts
import TradeCore

/// Why a store does not take an entry (design §4, *refused*).
package struct Refusal: Error, Hashable, Sendable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// The numbers that the machine gives out and a store only ever sees rising, and whether an entry is whole: every store
/// checks that in the same way.
package struct CommitCounters: Hashable, Sendable {
    package var commit: Int64 = 0
    package var event: Int64 = 0
    package var recommendation: Int64 = 0
    package var position: Int64 = 0
    package var outboxRow: Int64 = 0
    package var relayMark: Int64 = 0

    package init() {}

    /// Takes an entry's numbers in, or says what is wrong with them; then the counters are of no more use.
    package mutating func advance(by entry: ChangeSet) throws(Refusal) {
        guard entry.number > commit, entry.number - commit == 1 else {
            throw Refusal("commit number \(entry.number) does not follow \(commit)")
        }
        commit = entry.number
        if let number = entry.event?.number {
            try Self.raise(&event, to: number, what: "event")
        } else if !entry.recommendations.isEmpty {
            throw Refusal("recommendations without their event")
        }
        // By place: a loop over the elements would copy each of them.
        let (recommendations, positions) = (entry.recommendations, entry.positions)
        for place in recommendations.indices {
            try Self.raise(&recommendation, to: recommendations[place].number, what: "recommendation")
            guard
                recommendations[place].event === entry.event
                    || recommendations[place].event.number == entry.event?.number
            else {
                throw Refusal(
                    "recommendation \(recommendations[place].number) belongs to event "
                        + "\(recommendations[place].event.number)")
            }
        }
        for place in positions.indices where positions[place].number > position {
            position = positions[place].number
        }
        for row in entry.rows {
            try Self.raise(&outboxRow, to: row.number, what: "outbox row")
            guard row.encoded != nil else { throw Refusal("outbox row \(row.number) is not encoded") }
        }
        for write in entry.reference where write.change.value != nil && write.change.json.isEmpty {
            throw Refusal("reference data of \(write.change.key) without its JSON")
        }
        for row in entry.relay?.withdrawn ?? [] where row.number > outboxRow || row.number <= relayMark {
            throw Refusal(
                "row \(row.number) can't be set aside: the outbox goes up to \(outboxRow), the mark is \(relayMark)")
        }
        guard let mark = entry.relayMark else { return }
        guard mark >= relayMark else { throw Refusal("relay mark \(mark) is below \(relayMark)") }
        guard mark <= outboxRow else {
            throw Refusal("relay mark \(mark) is above the highest outbox row, \(outboxRow)")
        }
        relayMark = mark
    }

    private static func raise(_ counter: inout Int64, to number: Int64, what: String) throws(Refusal) {
        guard number > counter else { throw Refusal("\(what) \(number) is not above \(counter)") }
        counter = number
    }
}
