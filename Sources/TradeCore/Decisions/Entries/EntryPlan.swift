/// A position to be entered, with its orders (domain.md, enter_market 5; R66).
struct EntryPlan {
    let candidate: SettleCandidate
    let requested: RequestedActions
    let quantity: Fixed9
    let number: Int64

    func outcome(in context: SettleContext) -> CandidateOutcome {
        let orders = orders(expiresAt: context.expiry)
        let recommendation = candidate.recommendation
        let position = Position(
            number: number, id: candidate.ids.position, expert: context.expert.id, symbol: recommendation.symbol,
            side: recommendation.side, status: .waiting, recommendation: recommendation.id, quantity: quantity,
            price: recommendation.priceAtDate, createdAt: context.now, takeProfit: requested.takeProfit,
            stopLoss: requested.stopLoss, orders: orders.map { PositionOrder($0, createdAt: context.now) })
        return .orders(orders, position: position)
    }

    private func orders(expiresAt: Timestamp?) -> [PlannedOrder] {
        let side = candidate.recommendation.side
        let entry = candidate.ids.order(.entry)
        var orders = [
            PlannedOrder(
                id: entry, position: candidate.ids.position, role: .entry, side: side, type: .market,
                quantity: quantity, status: .pending, expiresAt: expiresAt)
        ]
        let protection = ProtectiveOrder(
            position: candidate.ids.position, side: side, quantity: quantity, status: .waitingTrigger, parent: entry)
        if let price = requested.takeProfit {
            orders.append(protection.takeProfit(at: price, id: candidate.ids.order(.takeProfit)))
        }
        if let price = requested.stopLoss {
            orders.append(protection.stopLoss(at: price, id: candidate.ids.order(.stopLoss)))
        }
        return orders
    }
}
