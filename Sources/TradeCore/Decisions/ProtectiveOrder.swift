/// The take-profit and stop-loss orders of a position: on the opposite side, for its quantity at that moment (R66).
struct ProtectiveOrder {
    let position: UniqueID
    /// Of the position.
    let side: Side
    let quantity: Fixed9
    let status: OrderStatus
    let parent: UniqueID?

    func takeProfit(at price: Fixed9, id: UniqueID) -> PlannedOrder {
        PlannedOrder(
            id: id, position: position, role: .takeProfit, side: side.opposite,
            type: side == .buy ? .sellLimit : .buyLimit, quantity: quantity, limitPrice: price, status: status,
            parent: parent)
    }

    func stopLoss(at price: Fixed9, id: UniqueID) -> PlannedOrder {
        PlannedOrder(
            id: id, position: position, role: .stopLoss, side: side.opposite,
            type: side == .buy ? .sellStop : .buyStop, quantity: quantity, stopPrice: price, status: status,
            parent: parent)
    }
}

extension PositionOrder {
    /// An order as the store keeps it, before anything was reported of it.
    init(_ plan: PlannedOrder, createdAt: Timestamp) {
        self.init(
            id: plan.id, role: plan.role, status: plan.status, quantity: plan.quantity,
            price: plan.limitPrice ?? plan.stopPrice, createdAt: createdAt)
    }
}

extension SettleContext {
    /// When entries and increases of this pass expire (R95); nil: never.
    var expiry: Timestamp? { validFor.map { now.advanced(bySeconds: $0) } }
}
