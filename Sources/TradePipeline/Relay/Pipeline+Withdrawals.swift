import TradeContracts
import TradeCore

// Orders that are withdrawn before they are published: expired (R95), halted (R93), or refused by the broker (design §6).
extension Pipeline {
    /// The next rows for the sink. What is not to be published is withdrawn instead.
    func publishNext(_ now: Moment) {
        // While the store is in trouble nothing new settles: rows wait where one of them would have to be withdrawn.
        let settles = queue.isWorking && recovery == nil
        let withdrawals = relay.withdrawals
        let next = relay.nextPublish(limit: configuration.publishLimit, bytes: configuration.publishBytes) { row in
            withdrawal(of: row, withdrawals, now: now)
        }
        if let task = next.task {
            actions.publish = task
            if configuration.relay?.delivery != .exactlyOnce { relay.keepHanded() }
        }
        for order in next.withdraw where settles { settleWithdrawal(order) }
        // None could be withdrawn any more: they are published.
        if next.task == nil, !next.withdraw.isEmpty, relay.withdrawing.isEmpty { publishNext(now) }
    }

    /// Why a row is not to be published; nil where it is.
    private func withdrawal(of row: PublishableRow, _ withdrawals: WithdrawalTable, now: Moment) -> WithdrawnOrder? {
        // Without a place nothing says what an earlier start may have published.
        guard configuration.relay != nil, row.record.topic == .ordersCreated, let order = row.order else { return nil }
        if let withdrawal = withdrawals.ofPosition(order.position, row: row.number) {
            return WithdrawnOrder(
                row: row.number, order: order, reason: withdrawal.reason, message: withdrawal.message, isDependent: true
            )
        }
        guard order.role == .entry || order.role == .increase else { return nil }
        if let halt = withdrawals.ofHalt(row: row.number, expert: order.event.expert, account: order.account) {
            return WithdrawnOrder(
                row: row.number, order: order, reason: halt.reason,
                message: "order \(order.id) is withdrawn: \(halt.message)", isDependent: false)
        }
        guard configuration.clock == .wall, let end = order.expiresAt, end <= now.wall else { return nil }
        return WithdrawnOrder(
            row: row.number, order: order, reason: .expired,
            message: "order \(order.id) was not published before it expired", isDependent: false)
    }

    /// Queues what withdraws an order, once its expert is there.
    func settleWithdrawal(_ withdrawn: WithdrawnOrder) {
        guard queue.isWorking, recovery == nil else { return }
        let expert = expertState(withdrawn.order.event.expert)
        // Told when the expert has been read.
        guard expert.phase == .ready else { return }
        enqueueWithdrawal(withdrawn, of: expert)
    }

    /// What waited for an expert, or for the store.
    func settleWithdrawals(of expert: ExpertState? = nil) {
        guard !relay.withdrawing.isEmpty else { return }
        for (_, order) in relay.withdrawing.sorted(by: { $0.key < $1.key }) where !order.isQueued {
            if let expert, expert.id != order.order.event.expert { continue }
            settleWithdrawal(order)
        }
    }

    func enqueueWithdrawal(_ withdrawn: WithdrawnOrder, of expert: ExpertState) {
        let row = WithdrawnRow(number: withdrawn.row, reason: withdrawn.reason)
        if withdrawn.isDependent {
            queueWithdrawal(withdrawn, Changes(relay: RelayChange(withdrawn: [row])), of: expert)
            return
        }
        let order = withdrawn.order
        guard let changed = position(without: withdrawn, of: expert), replace(changed, of: expert) else {
            // Somebody has reported on it, so somebody has it.
            note(.updateReported(expert.id, order: order.id, "it can't be withdrawn any more"))
            relay.keep(withdrawn.row)
            return
        }
        var changes = Changes(positions: [changed])
        changes.outputs = [
            .skip(
                SkipRecord(
                    event: order.event, recommendation: order.recommendation, symbol: order.symbol,
                    reason: withdrawn.reason, message: withdrawn.message, skippedAt: order.createdAt))
        ]
        var dependents: Withdrawal?
        if order.role == .entry {
            dependents = Withdrawal(
                scope: .position(order.position), through: outboxNumber, reason: withdrawn.reason,
                message: withdrawn.message)
        }
        changes.relay = RelayChange(withdrawal: dependents, withdrawn: [row])
        if let dependents { relay.withdrawals.insert(dependents) }
        note(.orderWithdrawn(order.event.lockKey, order: order.id, withdrawn.message))
        queueWithdrawal(withdrawn, changes, of: expert)
    }

    private func queueWithdrawal(_ withdrawn: WithdrawnOrder, _ changes: Changes, of expert: ExpertState) {
        withdrawn.isQueued = true
        enqueue(.withdrawal(withdrawn), changes, expert: expert)
    }

    /// The position as it is without the order: the entry fails it, an increase or a decrease is given back, a close may come
    /// again (R74, R85).
    private func position(without withdrawn: WithdrawnOrder, of expert: ExpertState) -> Position? {
        let order = withdrawn.order
        guard let position = expert.orders[order.id].flatMap({ expert.positions[$0] }) else { return nil }
        let update = OrderUpdate(
            order: order.id, expert: expert.id, status: withdrawn.status, filledQuantity: .zero,
            occurredAt: order.createdAt)
        let other = expert.active[position.symbol].map { $0 != position.number } ?? false
        guard case .changed(let changed) = TradeManager.apply(update, to: position, symbolHasOtherActive: other) else {
            return nil
        }
        return changed
    }
}
