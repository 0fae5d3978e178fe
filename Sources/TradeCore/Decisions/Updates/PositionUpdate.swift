/// What an order update makes of the position that holds the order: idempotent, safe in any order, never backwards (R82–R85).
struct PositionUpdate {
    private var position: Position
    private let symbolHasOtherActive: Bool

    init(position: Position, symbolHasOtherActive: Bool) {
        self.position = position
        self.symbolHasOtherActive = symbolHasOtherActive
    }

    mutating func apply(_ update: OrderUpdate) -> UpdateOutcome {
        guard let index = position.orders.firstIndex(where: { $0.id == update.order }) else { return .unchanged }
        if position.status == .failed, update.reportsShares {
            return report(position.orders[index], "has a fill, but the transaction is FAILED")
        }
        let order = position.orders[index]
        // `partially_filled` changes nothing (R84); nothing follows a terminal status (R85).
        if position.status.isTerminal || order.status.isTerminal || update.status == .partiallyFilled {
            return .unchanged
        }
        guard update.status.isTerminal else { return progress(index, to: update.status) }
        position.orders[index].status = update.status
        return update.status == .filled ? filled(order, update) : ended(order, update)
    }

    /// On its way: an earlier status that arrives late changes nothing. A close that is submitted is CLOSING.
    private mutating func progress(_ index: Int, to status: OrderStatus) -> UpdateOutcome {
        guard status.progress > position.orders[index].status.progress else { return .unchanged }
        position.orders[index].status = status
        if position.status == .opened, position.orders[index].isSubmittedClose { position.status = .closing }
        return .changed(position)
    }

    private mutating func filled(_ order: PositionOrder, _ update: OrderUpdate) -> UpdateOutcome {
        guard let quantity = update.filledQuantity, quantity > .zero, let price = update.averagePrice, price > .zero
        else { return report(order, "is reported filled without a quantity and a price above 0") }
        switch order.role {
        case .entry: return open(order, quantity: quantity, price: price, at: update.occurredAt)
        case .close, .takeProfit, .stopLoss:
            position.status = .closed
            position.closedAt = update.occurredAt
            position.closePrice = price
            return .changed(position)
        case .increase, .decrease: return settleQuantity(of: order, filled: quantity)
        }
    }

    /// Canceled, rejected, expired or replaced: what was not filled of it will not be.
    private mutating func ended(_ order: PositionOrder, _ update: OrderUpdate) -> UpdateOutcome {
        let quantity = max(update.filledQuantity ?? .zero, .zero)
        switch order.role {
        case .entry:
            if quantity > .zero {
                let price = update.averagePrice.flatMap { $0 > .zero ? $0 : nil } ?? position.price
                return open(order, quantity: quantity, price: price, at: update.occurredAt)
            }
            position.status = .failed
            return .changed(position)
        case .close: return reopen(order)
        case .takeProfit, .stopLoss: return .changed(position)
        case .increase, .decrease: return settleQuantity(of: order, filled: quantity)
        }
    }

    /// The entry is filled, wholly or in part (R84). A close that was submitted meanwhile counts from now on.
    private mutating func open(
        _ order: PositionOrder, quantity: Fixed9, price: Fixed9, at time: Timestamp
    ) -> UpdateOutcome {
        position.price = price
        position.openedAt = time
        position.status = position.orders.contains { $0.isSubmittedClose } ? .closing : .opened
        return settleQuantity(of: order, filled: quantity)
    }

    /// A close that came to nothing allows another one, unless the symbol has another active position by now (R85).
    private mutating func reopen(_ order: PositionOrder) -> UpdateOutcome {
        guard position.status == .closing else { return .changed(position) }
        if symbolHasOtherActive {
            return report(order, "came to nothing, but the symbol has another active transaction: it stays CLOSING")
        }
        position.status = .opened
        return .changed(position)
    }

    /// An order counts from its creation and gives back what it ends without (R74).
    private mutating func settleQuantity(of order: PositionOrder, filled: Fixed9) -> UpdateOutcome {
        let (difference, overflow) = filled.billionths.subtractingReportingOverflow(order.quantity.billionths)
        let (sum, sumOverflow) =
            order.role == .decrease
            ? position.quantity.billionths.subtractingReportingOverflow(difference)
            : position.quantity.billionths.addingReportingOverflow(difference)
        if overflow || sumOverflow { return report(order, "is reported with a quantity that is out of range") }
        position.quantity = Fixed9(billionths: sum)
        return .changed(position)
    }

    private func report(_ order: PositionOrder, _ what: String) -> UpdateOutcome {
        .reported("\(order.role.rawValue) \(order.id) of transaction \(position.id) \(what)")
    }
}

extension OrderUpdate {
    /// Whether shares have changed hands by it.
    fileprivate var reportsShares: Bool {
        if let filledQuantity, filledQuantity > .zero { return true }
        return status == .filled || status == .partiallyFilled
    }
}

extension PositionOrder {
    /// A close that the market has (R85).
    fileprivate var isSubmittedClose: Bool {
        guard role == .close else { return false }
        switch status {
        case .new, .accepted, .pendingNew: return true
        default: return false
        }
    }
}

extension OrderStatus {
    /// How far on its way an order is.
    fileprivate var progress: Int {
        switch self {
        case .waitingTrigger: 0
        case .pending: 1
        case .pendingNew: 2
        case .accepted: 3
        case .new: 4
        case .partiallyFilled: 5
        case .filled, .canceled, .rejected, .expired, .replaced: 6
        }
    }
}
