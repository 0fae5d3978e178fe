/// A position of one expert in one symbol; on the wire and in the seed a *transaction*.
package struct Position: Hashable, Sendable {
    /// The store's row number, increasing with creation.
    package var number: Int64
    /// Derived from the expert and the recommendation of its entry (R81).
    package var id: UniqueID
    package var expert: ExpertID
    package var symbol: Symbol
    package var side: Side
    package var status: PositionStatus
    /// The recommendation of the entry.
    package var recommendation: RecommendationID
    /// Shares: the entry's plus increases less decreases (R74).
    package var quantity: Fixed9
    /// `price_at_date` of the entry's recommendation until the entry is filled, the fill's price from then on (R54).
    package var price: Fixed9
    package var createdAt: Timestamp
    /// When the entry was filled.
    package var openedAt: Timestamp?
    /// When the close was filled.
    package var closedAt: Timestamp?
    /// The price of the fill that closed it: with `price`, whether the close was profitable (R45).
    package var closePrice: Fixed9?
    /// Prices of the newest take-profit and stop-loss order (R76).
    package var takeProfit: Fixed9?
    package var stopLoss: Fixed9?
    package var orders: [PositionOrder]

    package init(
        number: Int64, id: UniqueID, expert: ExpertID, symbol: Symbol, side: Side, status: PositionStatus,
        recommendation: RecommendationID, quantity: Fixed9, price: Fixed9, createdAt: Timestamp,
        openedAt: Timestamp? = nil, closedAt: Timestamp? = nil, closePrice: Fixed9? = nil, takeProfit: Fixed9? = nil,
        stopLoss: Fixed9? = nil, orders: [PositionOrder] = []
    ) {
        self.number = number
        self.id = id
        self.expert = expert
        self.symbol = symbol
        self.side = side
        self.status = status
        self.recommendation = recommendation
        self.quantity = quantity
        self.price = price
        self.createdAt = createdAt
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.closePrice = closePrice
        self.takeProfit = takeProfit
        self.stopLoss = stopLoss
        self.orders = orders
    }
}

/// An order of a position as the store keeps it, with the last status that the execution service reported.
package struct PositionOrder: Hashable, Sendable {
    package var id: UniqueID
    package var role: OrderRole
    package var status: OrderStatus
    /// Shares.
    package var quantity: Fixed9
    /// The limit or stop price, nil for market orders.
    package var price: Fixed9?
    package var createdAt: Timestamp

    package init(
        id: UniqueID, role: OrderRole, status: OrderStatus, quantity: Fixed9, price: Fixed9?, createdAt: Timestamp
    ) {
        self.id = id
        self.role = role
        self.status = status
        self.quantity = quantity
        self.price = price
        self.createdAt = createdAt
    }
}
