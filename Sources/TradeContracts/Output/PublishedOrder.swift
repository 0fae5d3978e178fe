package import TradeCore

/// What is known of an order that goes out: enough to withdraw it, and to say so with a skip (R93, R95).
package struct PublishedOrder: Sendable {
    package var id: UniqueID
    /// The position, on the wire its transaction.
    package var position: UniqueID
    package var role: OrderRole
    /// The event that brought the recommendation. Read back from an order it has its id, place, expert and use case; the rest is
    /// not in the record.
    package var event: EventReference
    package var account: AccountID
    package var recommendation: RecommendationID
    package var symbol: Symbol
    package var createdAt: Timestamp
    /// Nil: never.
    package var expiresAt: Timestamp?

    package init(_ order: CreatedOrder) {
        id = order.plan.id
        position = order.plan.position
        role = order.plan.role
        event = order.event
        account = order.account
        recommendation = order.recommendation
        symbol = order.symbol
        createdAt = order.createdAt
        expiresAt = order.plan.expiresAt
    }

    init(
        id: UniqueID, position: UniqueID, role: OrderRole, event: EventReference, account: AccountID,
        recommendation: RecommendationID, symbol: Symbol, createdAt: Timestamp, expiresAt: Timestamp?
    ) {
        self.id = id
        self.position = position
        self.role = role
        self.event = event
        self.account = account
        self.recommendation = recommendation
        self.symbol = symbol
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
