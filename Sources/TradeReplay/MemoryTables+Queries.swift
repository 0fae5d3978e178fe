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
        snapshot.pendingKeys = pendingNumbers.keys.sorted {
            ($0.expert.rawValue, $0.useCase.order) < ($1.expert.rawValue, $1.useCase.order)
        }
        return snapshot
    }

    /// WAITING, OPENED and CLOSING ones, by number.
    var openPositions: [Position] {
        unfinished.values.joined().sorted().compactMap { positions[$0] }
    }

    func answer(_ request: LoadRequest) -> LoadAnswer {
        switch request {
        case .known(let asked, let keys):
            .known(
                identities: Set(asked.filter(identities.contains)),
                recommendations: Set(keys.filter(recommendationKeys.contains)))
        case .expert(let expert, let limit): .expert(snapshot(of: expert, pendingLimit: limit))
        case .pending(let key, let limit): .pending(PendingPage(of: pending(of: key), limit: limit))
        case .position(let order): .position(positionsByOrder[order].flatMap { positions[$0] })
        case .outbox(let after, let limit): .outbox(rows(after: after, limit: limit))
        case .history(let expert, let questions): .history(questions.map { history($0, of: expert) })
        }
    }

    private func history(_ question: HistoryQuestion, of expert: ExpertID) -> HistoryAnswer {
        let instrument = Instrument(expert: expert, symbol: question.symbol)
        let previous = past[instrument]?.last(where: question.follows)
        var closes = LastCloses()
        for number in closed[instrument] ?? [] { if let position = positions[number] { closes.include(position) } }
        return HistoryAnswer(previous: previous, lastCloses: closes)
    }

    private func pending(of key: ExpertUseCase) -> [PendingRecommendation] {
        pendingNumbers[key, default: []].sorted().compactMap { pending[$0] }
    }

    private func snapshot(of expert: ExpertID, pendingLimit: Int) -> ExpertSnapshot {
        let numbers = unfinished[expert, default: []].sorted()
        let keys = UseCase.allCases.compactMap { useCase -> ExpertSnapshot.Key? in
            let key = ExpertUseCase(expert: expert, useCase: useCase)
            let count = pendingNumbers[key, default: []].count
            guard runs[key] != nil || count > 0 else { return nil }
            return ExpertSnapshot.Key(
                useCase: useCase, run: runs[key] ?? 0, pending: count > pendingLimit ? [] : pending(of: key),
                hasMore: count > pendingLimit)
        }
        return ExpertSnapshot(
            expert: expert, positions: numbers.compactMap { positions[$0] }, keys: keys, entries: entries(of: expert))
    }

    /// Creation times of the hour before the newest position, oldest first (R94).
    private func entries(of expert: ExpertID) -> [Timestamp] {
        let times = positionsByExpert[expert, default: []].compactMap { positions[$0]?.createdAt }
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

extension UseCase {
    /// The order of lists.
    fileprivate var order: Int { self == .enterMarket ? 1 : 2 }
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
