import TradeContracts

/// Events of one answer: all that go back to one share its reference.
struct SharedEvents {
    private let rows: EventRows
    private var known: [Int64: EventReference] = [:]

    init(_ rows: EventRows) { self.rows = rows }

    mutating func event(number: Int64) throws -> EventReference {
        if let event = known[number] { return event }
        let event = try rows.event(number: number)
        known[number] = event
        return event
    }
}
