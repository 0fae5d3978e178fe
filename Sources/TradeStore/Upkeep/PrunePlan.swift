package import TradeCore

/// What of a store's history may go, by number (R97): nothing that a rule, a check or the relay can still ask for.
package struct PrunePlan: Sendable {
    /// What occurred, closed or was published before it may go.
    package let before: Timestamp
    package internal(set) var recommendations: [Int64] = []
    /// Events that bring no recommendation which stays.
    package internal(set) var events: [Int64] = []
    /// With all of their orders.
    package internal(set) var positions: [Int64] = []
    package internal(set) var rows: [Int64] = []

    init(before: Timestamp) { self.before = before }

    package var isEmpty: Bool { recommendations.isEmpty && events.isEmpty && positions.isEmpty && rows.isEmpty }
}
