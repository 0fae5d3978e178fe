import TradeContracts
import TradeCore
import TradePipeline

extension MemoryTables {
    var snapshot: StoreSnapshot {
        var snapshot = StoreSnapshot()
        snapshot.lastCommit = counters.commit
        snapshot.lastEvent = counters.event
        snapshot.lastRecommendation = counters.recommendation
        snapshot.lastPosition = counters.position
        snapshot.lastOutboxRow = counters.outboxRow
        snapshot.relayMark = counters.relayMark
        snapshot.relay = relay
        snapshot.withdrawals = withdrawals
        snapshot.inputPositions = inputs.values.sorted { $0.partition < $1.partition }
        snapshot.reference = reference.values.sorted { $0.change.key.order < $1.change.key.order }
        snapshot.halts = halts.all
        for expert in experts.values.sorted(by: { $0.id < $1.id }) {
            for useCase in UseCase.allCases where !expert.key(useCase).pending.isEmpty {
                snapshot.pendingKeys.append(ExpertUseCase(expert: expert.id, useCase: useCase))
            }
        }
        return snapshot
    }

    /// WAITING, OPENED and CLOSING ones, by number.
    var openPositions: [Position] {
        experts.values.flatMap(\.unfinished).sorted { $0.number < $1.number }
    }

    func answer(_ request: LoadRequest) -> LoadAnswer {
        switch request {
        case .known(let asked, let keys):
            .known(
                identities: Set(asked.filter(identities.contains)),
                recommendations: Set(keys.filter(recommendationKeys.contains)))
        case .expert(let expert, let limit): .expert(snapshot(of: expert, pendingLimit: limit))
        case .pending(let key, let limit): .pending(PendingPage(of: pending(of: key), limit: limit))
        case .position(let order): .position(position(of: order))
        case .outbox(let after, let limit): .outbox(rows(after: after, limit: limit))
        case .history(let expert, let questions): .history(questions.map { history($0, of: expert) })
        }
    }

    private func history(_ question: HistoryQuestion, of expert: ExpertID) -> HistoryAnswer {
        guard let known = self.expert(expert), let instrument = known.instruments[question.symbol] else {
            return HistoryAnswer(previous: nil, lastCloses: LastCloses())
        }
        var closes = LastCloses()
        for number in instrument.closed { if let position = known.position(number) { closes.include(position) } }
        return HistoryAnswer(previous: instrument.past.last(where: question.follows), lastCloses: closes)
    }

    private func pending(of key: ExpertUseCase) -> [PendingRecommendation] {
        (expert(key.expert)?.key(key.useCase).pending ?? []).compactMap { pending[$0] }
    }

    private func snapshot(of id: ExpertID, pendingLimit: Int) -> ExpertSnapshot {
        guard let expert = expert(id) else { return ExpertSnapshot(expert: id, positions: [], keys: []) }
        let keys = UseCase.allCases.compactMap { useCase -> ExpertSnapshot.Key? in
            let key = expert.key(useCase)
            guard key.run != nil || !key.pending.isEmpty else { return nil }
            let hasMore = key.pending.count > pendingLimit
            return ExpertSnapshot.Key(
                useCase: useCase, run: key.run ?? 0, pending: hasMore ? [] : key.pending.compactMap { pending[$0] },
                hasMore: hasMore)
        }
        return ExpertSnapshot(
            expert: id, positions: expert.unfinished, keys: keys, entries: MemoryTables.entries(of: expert))
    }

    /// Creation times of the hour before the newest position, oldest first (R94).
    private static func entries(of expert: MemoryExpert) -> [Timestamp] {
        let times = expert.positions.map(\.createdAt)
        guard let newest = times.max() else { return [] }
        return times.filter { $0 > newest.advanced(bySeconds: -3600) }.sorted()
    }

    private func rows(after number: Int64, limit: Int) -> [PublishableRow] {
        var low = 0
        var high = outbox.count
        while low < high {
            let middle = low + (high - low) / 2
            if outbox[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        return Array(outbox[low...].prefix(max(0, limit)))
    }
}

extension ReferenceKey {
    /// The order of lists: accounts, experts, rulesets.
    fileprivate var order: (Int, Int64, String) {
        switch self {
        case .account(let id): (1, id.rawValue, "")
        case .expert(let id): (2, id.rawValue, "")
        case .ruleset(let id): (3, 0, id)
        }
    }
}
