import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

/// Random records, orders of answers and faults: what rules saw of the past is what stood before their pass in commit order.
@Suite struct HistoryWorldTests {
    @Test func everyPassSeesThePastAsItSettles() {
        let first = UInt64.random(in: 0 ... .max)
        let checked = (0..<60 as Range<UInt64>).reduce(0) { $0 + run(seed: first &+ $1) }
        #expect(checked > 300, "seed \(first): \(checked) decisions")
    }

    /// Returns how many decisions of rules were looked at.
    private func run(seed: UInt64) -> Int {
        var random = ContractRandom(seed: seed)
        var configuration = PipelineConfiguration()
        configuration.clock = .event
        configuration.locks = LockPolicy(whenBusy: random.chance(50) ? .coalesce : .queue, wait: 0)
        configuration.groupLimit = 1 + Int(random.next() % 6)
        configuration.pendingLimit = random.chance(30) ? 2 : 1000
        let harness = PipelineHarness(configuration: configuration)
        let reference = [Build.account(1, balance: 100_000_000), Build.historyRules, Build.expert(1), Build.expert(2)]
        for change in reference { harness.append(.reference(change), to: .reference) }
        begin(harness)
        var durable: [ChangeSet] = []
        for step in 0..<500 {
            move(harness, step, &random)
            durable += harness.takeDurable()
        }
        #expect(harness.settle() == nil, "seed \(seed)")
        durable += harness.takeDurable()
        return check(durable, seed)
    }

    private func begin(_ harness: PipelineHarness) {
        harness.assign([.reference, .events(0), .events(1)])
        harness.tellReferenceEnd()
    }

    private func move(_ harness: PipelineHarness, _ step: Int, _ random: inout ContractRandom) {
        switch random.next() % 12 {
        case 0, 1, 2: harness.append(event(step, &random), to: .events(Int32(random.next() % 2)))
        case 3: harness.deliver(.reference)
        case 4, 5: harness.deliver(.events(Int32(random.next() % 2)), 1 + Int(random.next() % 3))
        case 6, 7:
            if !harness.loads.isEmpty { harness.answerLoad(Int(random.next() % UInt64(harness.loads.count))) }
        case 8, 9:
            guard !harness.evaluations.isEmpty else { return }
            let place = Int(random.next() % UInt64(harness.evaluations.count))
            harness.answerEvaluation(place, fails: random.chance(5))
        case 10:
            let answers: [PipelineHarness.CommitAnswer] = [
                .refused(Int(random.next() % 4)), .unavailable, .inDoubt(durable: true), .inDoubt(durable: false),
            ]
            harness.answerCommit(random.chance(15) ? answers[Int(random.next() % 4)] : .committed)
            if harness.mustRecover { harness.answerRecovery() }
        default:
            if random.chance(20) { harness.advanceToDeadline() }
            guard random.chance(5) else { return }
            harness.crash()
            begin(harness)
        }
    }

    private func event(_ step: Int, _ random: inout ContractRandom) -> DecodedRecord.Body {
        let recommendations = (0..<(1 + Int64(random.next() % 2))).map { place in
            Build.recommendation(
                Int64(step) * 2 + place, place == 0 ? "A" : "B", random.chance(50) ? .buy : .hold,
                at: Build.time.advanced(bySeconds: Int64(random.next() % 40)))
        }
        return Build.event(
            "e\(step)", expert: 1 + Int64(random.next() % 2),
            useCase: random.chance(60) ? .enterMarket : .openPositions,
            recommendations)
    }

    /// Goes through the entries in commit order.
    private func check(_ entries: [ChangeSet], _ seed: UInt64) -> Int {
        var past: [PendingRecommendation] = []
        var checked = 0
        for entry in entries {
            for outcome in entry.outcomes {
                guard let decided = past.last(where: { $0.number == outcome.number }),
                    decided.event.useCase == .enterMarket
                else { continue }
                let isRuled: Bool
                switch outcome.kind {
                case .ordered, .skipped(.existingTransaction), .skipped(.unfunded): isRuled = true
                case .skipped(.conditionsNotMet): isRuled = false
                default: continue
                }
                let own = decided.recommendation
                let before = past.filter {
                    $0.event.expert == decided.event.expert && $0.recommendation.symbol == own.symbol
                        && ($0.recommendation.createdAt, $0.recommendation.id) < (own.createdAt, own.id)
                }
                let previous = before.map(\.recommendation).max { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
                checked += 1
                #expect(
                    isRuled == (own.action == .buy && previous?.action == .hold),
                    "seed \(seed), R40: \(own.id) of \(decided.event.expert) after \(String(describing: previous))")
            }
            past += entry.recommendations
        }
        return checked
    }
}
