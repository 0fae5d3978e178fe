import TradeCore

// Experts in memory: loaded when something concerns them, forgotten when nothing has for long.
extension Pipeline {
    /// The state of an expert; where there is none the store is asked, and it is `loading` until the answer.
    func expertState(_ id: ExpertID) -> ExpertState {
        if let known = experts[id] { return known }
        reclaimExperts()
        let state = ExpertState(id: id)
        experts[id] = state
        load(.expert(id, pendingLimit: configuration.pendingLimit), for: .expert(state))
        return state
    }

    /// Fills in what the store holds. Nothing of this expert is queued: it was just asked for, or all that was queued is being
    /// made anew.
    func restore(_ state: ExpertState, from snapshot: ExpertSnapshot) {
        state.forget()
        for position in snapshot.positions { insert(position, into: state) }
        bookTotals(of: state)
        for key in snapshot.keys {
            let known = keyState(ExpertUseCase(expert: state.id, useCase: key.useCase), in: state, lastRun: key.run)
            known.pending = key.pending
            known.spilled = key.hasMore
        }
        for time in snapshot.entries { state.entries.append(time) }
        state.phase = .ready
    }

    /// The key's state; nil while its expert is not there.
    func keyState(_ key: ExpertUseCase) -> KeyState? {
        experts[key.expert].flatMap { keyState(key.useCase, of: $0) }
    }

    /// The same, of an expert that is found already.
    func keyState(_ useCase: UseCase, of expert: ExpertState) -> KeyState? {
        guard expert.phase == .ready else { return nil }
        return keyState(ExpertUseCase(expert: expert.id, useCase: useCase), in: expert, lastRun: 0)
    }

    private func keyState(_ key: ExpertUseCase, in expert: ExpertState, lastRun: Int64) -> KeyState {
        if let known = expert.key(key.useCase) { return known }
        let state = KeyState(key: key, expert: expert, slot: locks.slot(of: key, lastRun: lastRun))
        if key.useCase == .enterMarket { expert.enterMarket = state } else { expert.openPositions = state }
        return state
    }

    /// Puts a position in place of the one with its number; false where what it binds is out of range, and nothing changed.
    func replace(_ position: Position, of expert: ExpertState) -> Bool {
        let before = expert.positions[position.number]
        guard let totals = totals(of: expert, without: before, with: position) else { return false }
        if let before { remove(before, from: expert) }
        if position.status.isTerminal {
            for order in position.orders { recentEndings.insertQueued(order.id, position) }
            expert.history.append(position, entry: queue.nextNumber, durable: queue.durable)
        } else {
            insert(position, into: expert)
        }
        reference.setTotals(of: expert.id, totals)
        return true
    }

    private func totals(
        of expert: ExpertState, without before: Position?, with after: Position
    ) -> ReferenceTable.Totals? {
        var totals = reference.totals(of: expert.id)
        do throws(ArithmeticOverflow) {
            if let before {
                totals.used = try totals.used.subtracting(TradeManager.used(by: before))
                totals.ordered = try totals.ordered.subtracting(TradeManager.ordered(by: before))
            }
            totals.used = try totals.used.adding(TradeManager.used(by: after))
            totals.ordered = try totals.ordered.adding(TradeManager.ordered(by: after))
            return totals
        } catch {
            return nil
        }
    }

    private func insert(_ position: Position, into expert: ExpertState) {
        expert.positions[position.number] = position
        if position.status.isActive { expert.active[position.symbol] = position.number }
        for order in position.orders { expert.orders[order.id] = position.number }
    }

    private func remove(_ position: Position, from expert: ExpertState) {
        expert.positions[position.number] = nil
        if expert.active[position.symbol] == position.number { expert.active[position.symbol] = nil }
        for order in position.orders { expert.orders[order.id] = nil }
    }

    private func bookTotals(of expert: ExpertState) {
        var totals = ReferenceTable.Totals()
        for number in expert.positions.keys.sorted() {
            guard let position = expert.positions[number] else { continue }
            add(position, to: &totals)
        }
        reference.setTotals(of: expert.id, totals)
    }

    /// What open positions bind at start, by expert.
    func bookOpenPositions(_ positions: [Position]) {
        var totals: [ExpertID: ReferenceTable.Totals] = [:]
        for position in positions { add(position, to: &totals[position.expert, default: ReferenceTable.Totals()]) }
        for (expert, total) in totals { reference.setTotals(of: expert, total) }
    }

    // What is in the store was in range when it was decided.
    private func add(_ position: Position, to totals: inout ReferenceTable.Totals) {
        do throws(ArithmeticOverflow) {
            totals.used = try totals.used.adding(TradeManager.used(by: position))
            totals.ordered = try totals.ordered.adding(TradeManager.ordered(by: position))
        } catch {
            note(.updateReported(position.expert, order: nil, "position \(position.id): what it binds is out of range"))
        }
    }

    /// An expert that nothing waits for, runs for or is queued for may be forgotten; the store has all of it.
    func isIdle(_ expert: ExpertState) -> Bool {
        guard expert.phase == .ready, expert.uncommitted == 0, expert.waiters.isEmpty, expert.sweeps.isEmpty else {
            return false
        }
        return isIdle(expert.enterMarket) && isIdle(expert.openPositions)
    }

    private func isIdle(_ key: KeyState?) -> Bool {
        guard let key else { return true }
        return key.pass == nil && key.retryAt == nil && key.pending.isEmpty && !locks.isHeld(key.slot)
            && !locks.isDirty(key.slot) && locks.waiters(key.slot) == 0
    }

    /// Notes that an expert may have become idle.
    func noteIdle(_ expert: ExpertState) {
        guard !expert.idle, isIdle(expert) else { return }
        expert.idle = true
        idle.append(expert)
    }

    /// Forgets the longest idle experts beyond the limit (G7).
    private func reclaimExperts() {
        // Entries that are made anew need their experts, and nothing says so while they are not queued.
        guard recovery == nil else { return }
        while idle.count > configuration.idleExperts, let oldest = idle.removeFirst() {
            oldest.idle = false
            guard experts[oldest.id] === oldest, isIdle(oldest) else { continue }
            for key in [oldest.enterMarket, oldest.openPositions] {
                if let key { _ = locks.reclaim(key.slot) }
            }
            experts[oldest.id] = nil
            oldest.isForgotten = true
        }
    }
}
