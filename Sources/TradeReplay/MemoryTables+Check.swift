import TradeContracts
import TradeCore
import TradePipeline

extension MemoryTables {
    private struct Instrument: Hashable {
        var expert: ExpertID
        var symbol: Symbol
    }

    /// Says what is wrong with an entry, besides its numbers.
    func check(_ entry: ChangeSet) throws(Refusal) {
        if let position = entry.position, let known = inputs[position.partition],
            position.nextOffset < known.nextOffset
        {
            throw Refusal(
                "input position \(position.nextOffset) of \(position.partition.topic)/"
                    + "\(position.partition.partition) is below \(known.nextOffset)")
        }
        try check(recommendations: entry.recommendations)
        if let run = entry.run, run.run < expert(run.key.expert)?.key(run.key.useCase).run ?? .min {
            throw Refusal("run \(run.run) of \(run.key) is below the last one")
        }
        try check(positions: entry.positions)
        try check(outcomes: entry.outcomes, recommendations: entry.recommendations)
    }

    private func check(recommendations: [PendingRecommendation]) throws(Refusal) {
        // Where there is one alone there is no other to be the same.
        var added: Set<RecommendationKey> = []
        for recommendation in recommendations {
            let key = recommendation.recommendationKey
            guard !recommendationKeys.contains(key), recommendations.count == 1 || added.insert(key).inserted else {
                throw Refusal("recommendation \(key.id) of \(key.key) is there already")
            }
        }
    }

    private func check(positions changes: [Position]) throws(Refusal) {
        // What the changes before one have made of it; of the last one nobody asks.
        var changed: [Int64: Position] = [:]
        var holders: [Instrument: Int64?] = [:]
        var last = counters.position
        for position in changes {
            let instrument = Instrument(expert: position.expert, symbol: position.symbol)
            let known = expert(position.expert)
            var holder: Int64?
            if !holders.isEmpty, let changed = holders[instrument] {
                holder = changed
            } else {
                holder = known?.instruments[position.symbol]?.active
            }
            if position.number > last {
                last = position.number
            } else {
                let former = changed[position.number] ?? known?.position(position.number)
                guard let former, former.id == position.id, former.expert == position.expert,
                    former.symbol == position.symbol
                else { throw Refusal("position \(position.number) with this id, expert and symbol is not there") }
                if holder == position.number { holder = nil }
            }
            if position.status.isActive {
                if let holder {
                    throw Refusal(
                        "position \(position.number) would be a second active one beside \(holder) of expert "
                            + "\(position.expert) in \(position.symbol)")
                }
                holder = position.number
            }
            if changes.count > 1 {
                holders[instrument] = .some(holder)
                changed[position.number] = position
            }
        }
    }

    private func check(
        outcomes: [RecommendationOutcome], recommendations: [PendingRecommendation]
    ) throws(Refusal) {
        var decided: Set<Int64> = []
        for outcome in outcomes {
            let isThere =
                pending[outcome.number] != nil || recommendations.contains { $0.number == outcome.number }
            guard isThere, outcomes.count == 1 || decided.insert(outcome.number).inserted else {
                throw Refusal("recommendation \(outcome.number) is not there, or decided already")
            }
        }
    }
}
