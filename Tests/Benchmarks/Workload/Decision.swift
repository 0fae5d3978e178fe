import TradeContracts
import TradeCore

/// Decides an event with the decision core alone: selection, rules, ids, settling, and the outputs in bytes.
struct Decision {
    private let expert: Expert
    private let ruleset: CompiledRuleset
    private let funds: Funds
    private let encoder = OutputEncoder(topics: TopicNames())

    /// `expert` is one of the reference data, with an enter_market ruleset in it.
    init(_ id: Int64, _ reference: [ReferenceChange]) throws {
        var experts: [Expert] = []
        var accounts: [Account] = []
        var rulesets: [Ruleset] = []
        for change in reference {
            switch change.value {
            case .expert(let expert): experts.append(expert)
            case .account(let account): accounts.append(account)
            case .ruleset(let ruleset): rulesets.append(ruleset)
            case nil: break
            }
        }
        guard let expert = experts.first(where: { $0.id.rawValue == id }),
            let account = accounts.first(where: { $0.id == expert.account }),
            let ruleset = rulesets.first(where: { $0.id == expert.enterMarketRuleset })
        else { throw BenchmarkError("expert \(id) is not in the reference data") }
        self.expert = expert
        self.ruleset = CompiledRuleset(ruleset)
        funds = Funds(
            balance: ExactDecimal(account.balance), buyingPower: ExactDecimal(account.buyingPower), expertUsed: .zero,
            accountUsed: .zero, accountOrdered: .zero)
    }

    /// What becomes of the recommendations of an event of this expert that finds no positions. `ids`: those of its orders.
    func outcomes(
        of event: AnalysisEvent, explains: Bool, ids: (RecommendationID) -> CandidateIDs
    ) -> [(CandidateOutcome, SettleCandidate)] {
        let pending = event.recommendations
        let selection = TradeManager.select(
            pending, useCase: event.useCase, limit: event.occurredAt.advanced(bySeconds: -86_400))
        let candidates = selection.selected.map { place in
            let subject = EvaluationSubject(
                useCase: event.useCase, recommendation: pending[place], settings: expert.settings, position: nil,
                previous: nil, now: event.occurredAt)
            return SettleCandidate(
                recommendation: pending[place],
                decision: TradeManager.evaluate(subject, compiled: ruleset, explain: explains),
                ids: ids(pending[place].id), position: nil)
        }
        let outcomes = TradeManager.settle(
            candidates,
            in: SettleContext(
                useCase: event.useCase, expert: expert, funds: funds, now: event.occurredAt, validFor: 900,
                activePositions: 0, entriesInHour: 0, nextPositionNumber: 1))
        return Array(zip(outcomes, candidates))
    }

    /// The outputs of such an event.
    func outputs(of event: AnalysisEvent, at address: RecordAddress) -> [OutputRecord] {
        let reference = EventReference(
            number: 1, identity: event.identity, address: address, expert: event.expert, useCase: event.useCase,
            occurredAt: event.occurredAt, lookbackDays: event.lookbackDays, trace: event.trace)
        let decided = outcomes(of: event, explains: true) { id in
            DerivedID.candidate(
                expert: event.expert, useCase: event.useCase, entryRecommendation: id, recommendation: id)
        }
        var outputs: [OutputRecord] = []
        for (outcome, candidate) in decided {
            let advice = candidate.recommendation
            switch outcome {
            case .skip(let reason, let message, _):
                outputs.append(
                    .skip(
                        SkipRecord(
                            event: reference, recommendation: advice.id, symbol: advice.symbol, reason: reason,
                            message: message, skippedAt: event.occurredAt, run: 1,
                            explanation: candidate.decision.explanation)))
            case .orders(let orders, _):
                for order in orders {
                    outputs.append(
                        .order(
                            CreatedOrder(
                                event: reference, account: expert.account, recommendation: advice.id,
                                symbol: advice.symbol, plan: order, createdAt: event.occurredAt, run: 1,
                                explanation: candidate.decision.explanation)))
                }
            }
        }
        return outputs
    }

    /// The same in bytes; how many there are.
    func encoded(_ outputs: [OutputRecord]) -> Int {
        outputs.reduce(0) { $0 + (encoder.encode($1).value?.count ?? 0) }
    }
}
