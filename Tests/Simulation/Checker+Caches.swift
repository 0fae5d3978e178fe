import Support
import TradeContracts
import TradeCore
import TradePipeline

extension Checker {
    /// After every commit the caches equal the store plus the queue (design §4).
    func checkCaches(_ harness: PipelineHarness) {
        let machine = harness.pipeline.projection
        guard !machine.isRecovering else { return }
        var expected = durable
        if machine.lastCommit > durable.lastCommit { fail("the machine is ahead of the store") }
        for entry in machine.queued where entry.number > durable.lastCommit { expected.apply(entry) }
        for (key, value) in expected.reference where harness.pipeline.currentReference(key) != value {
            fail("caches: reference \(key)")
        }
        for (partition, offset) in expected.inputs where machine.inputPositions[partition] != offset {
            fail("caches: position of \(partition) is \(machine.inputPositions[partition] ?? -1), not \(offset)")
        }
        if machine.lastOutboxRow != expected.lastOutboxRow {
            fail("caches: outbox row \(machine.lastOutboxRow), not \(expected.lastOutboxRow)")
        }
        var pending: [ExpertUseCase: [Int64]] = [:]
        for (number, recommendation) in expected.pending { pending[recommendation.key.key, default: []].append(number) }
        for (id, cached) in machine.experts where cached.isReady {
            let open = expected.positions.filter { $0.value.expert == id && !$0.value.status.isTerminal }
            if cached.positions != open { fail("caches: positions of expert \(id)") }
            var active: [Symbol: Int64] = [:]
            var orders: [UniqueID: Int64] = [:]
            for (number, position) in open {
                if position.status.isActive { active[position.symbol] = number }
                for order in position.orders { orders[order.id] = number }
            }
            if cached.active != active { fail("caches: active positions of expert \(id)") }
            if cached.orders != orders { fail("caches: orders of expert \(id)") }
            for useCase in UseCase.allCases { check(useCase, of: id, cached, pending, expected) }
        }
        checkMoney(machine, expected)
    }

    private func check(
        _ useCase: UseCase, of expert: ExpertID, _ cached: PipelineProjection.CachedExpert,
        _ pending: [ExpertUseCase: [Int64]], _ expected: Ledger
    ) {
        let key = ExpertUseCase(expert: expert, useCase: useCase)
        let known = cached.keys.first { $0.useCase == useCase }
        let numbers = pending[key, default: []].sorted()
        if let known, known.isSpilled {
            if !Set(known.pending).isSubset(of: numbers) { fail("caches: pending of \(key) holds what is not pending") }
        } else if (known?.pending ?? []) != numbers {
            fail("caches: pending of \(key) is \(known?.pending ?? []), not \(numbers)")
        }
        if (known?.run ?? 0) < expected.runs[key] ?? 0 { fail("caches: run of \(key)") }
    }

    private func checkMoney(_ machine: PipelineProjection, _ expected: Ledger) {
        let experts = Set(expected.positions.values.map(\.expert)).union(machine.expertMoney.keys)
        for expert in experts {
            compare(
                machine.expertMoney[expert], expected.used(by: [expert]), expected.ordered(by: [expert]),
                "of expert \(expert)")
        }
        for key in expected.reference.keys {
            guard case .account(let account) = key else { continue }
            let own = expected.experts(of: account)
            compare(
                machine.accountMoney[account] ?? nil, expected.used(by: own), expected.ordered(by: own),
                "of account \(account)")
        }
    }

    private func compare(
        _ bound: PipelineProjection.Bound?, _ used: ExactDecimal?, _ ordered: ExactDecimal?, _ whose: String
    ) {
        guard let used, let ordered else { return }
        let known = bound ?? PipelineProjection.Bound(used: .zero, ordered: .zero)
        if known.used < used || known.used > used { fail("caches: used \(whose) is \(known.used), not \(used)") }
        if known.ordered < ordered || known.ordered > ordered {
            fail("caches: ordered \(whose) is \(known.ordered), not \(ordered)")
        }
    }
}
