/// A position to be entered, with its orders (domain.md, enter_market 5; R66).
struct EntryPlan {
    let quantity: Fixed9
    /// The position's.
    let number: Int64

    func outcome(of candidate: SettleCandidate, in context: SettleContext) -> CandidateOutcome {
        let orders = orders(of: candidate, expiresAt: context.expiry)
        let recommendation = candidate.recommendation
        let requested = candidate.requested
        let position = Position(
            number: number, id: candidate.ids.position, expert: context.expert.id, symbol: recommendation.symbol,
            side: recommendation.side, status: .waiting, recommendation: recommendation.id, quantity: quantity,
            price: recommendation.priceAtDate, createdAt: context.now, takeProfit: requested?.takeProfit,
            stopLoss: requested?.stopLoss, orders: orders.map { PositionOrder($0, createdAt: context.now) })
        return .orders(orders, position: position)
    }

    private func orders(of candidate: SettleCandidate, expiresAt: Timestamp?) -> [PlannedOrder] {
        let side = candidate.recommendation.side
        let entry = candidate.ids.order(.entry)
        var orders: [PlannedOrder] = []
        orders.reserveCapacity(3)
        orders.append(
            PlannedOrder(
                id: entry, position: candidate.ids.position, role: .entry, side: side, type: .market,
                quantity: quantity, status: .pending, expiresAt: expiresAt))
        let protection = ProtectiveOrder(
            position: candidate.ids.position, side: side, quantity: quantity, status: .waitingTrigger, parent: entry)
        if let price = candidate.requested?.takeProfit {
            orders.append(protection.takeProfit(at: price, id: candidate.ids.order(.takeProfit)))
        }
        if let price = candidate.requested?.stopLoss {
            orders.append(protection.stopLoss(at: price, id: candidate.ids.order(.stopLoss)))
        }
        return orders
    }
}
