/// The orders that a pass plans for one position, and the position as they leave it.
struct PositionOrders {
    private(set) var position: Position
    private(set) var planned: [PlannedOrder] = []
    private let ids: CandidateIDs
    private let now: Timestamp
    /// `waiting_trigger` on the entry while the position is WAITING, otherwise `pending` without a parent (R70).
    private let status: OrderStatus
    private let parent: UniqueID?

    init(position: Position, ids: CandidateIDs, now: Timestamp) {
        self.position = position
        self.ids = ids
        self.now = now
        let waiting = position.status == .waiting
        status = waiting ? .waitingTrigger : .pending
        parent = waiting ? position.orders.first { $0.role == .entry }?.id : nil
    }

    mutating func close() { plan(market(.close, position.side.opposite, position.quantity)) }

    /// Both ways; the price that it has makes no order (R69).
    mutating func adjustTakeProfit(to price: Fixed9) {
        if price == position.takeProfit { return }
        position.takeProfit = price
        plan(protection.takeProfit(at: price, id: ids.order(.takeProfit)))
    }

    /// A stop only tightens: strictly, and the first one stands as computed (R69).
    mutating func adjustStopLoss(to price: Fixed9) {
        if let current = position.stopLoss, position.side == .buy ? price <= current : price >= current { return }
        position.stopLoss = price
        plan(protection.stopLoss(at: price, id: ids.order(.stopLoss)))
    }

    mutating func increase(by shares: ExactDecimal, expiresAt: Timestamp?) throws(ArithmeticOverflow) {
        let quantity = try PositionOrders.quantity(shares)
        position.quantity = try PositionOrders.quantity(ExactDecimal(position.quantity).adding(shares))
        plan(market(.increase, position.side, quantity, expiresAt: expiresAt))
    }

    mutating func decrease(by shares: ExactDecimal) throws(ArithmeticOverflow) {
        let quantity = try PositionOrders.quantity(shares)
        position.quantity = try PositionOrders.quantity(ExactDecimal(position.quantity).subtracting(shares))
        plan(market(.decrease, position.side.opposite, quantity))
    }

    private static func quantity(_ shares: ExactDecimal) throws(ArithmeticOverflow) -> Fixed9 {
        guard let quantity = shares.rounded(toFractionDigits: 9) else { throw ArithmeticOverflow() }
        return quantity
    }

    private mutating func plan(_ order: PlannedOrder) {
        planned.append(order)
        position.orders.append(PositionOrder(order, createdAt: now))
    }

    private func market(
        _ role: OrderRole, _ side: Side, _ quantity: Fixed9, expiresAt: Timestamp? = nil
    ) -> PlannedOrder {
        PlannedOrder(
            id: ids.order(role), position: position.id, role: role, side: side, type: .market, quantity: quantity,
            status: status, parent: parent, expiresAt: expiresAt)
    }

    private var protection: ProtectiveOrder {
        ProtectiveOrder(
            position: position.id, side: position.side, quantity: position.quantity, status: status, parent: parent)
    }
}
