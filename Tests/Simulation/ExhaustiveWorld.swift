import Support
import TradeContracts
import TradeCore
import TradePipeline

/// Up to three events of one key and one of another key of the same account, and faults of any kind as often as is said.
final class ExhaustiveWorld {
    let harness: PipelineHarness
    let checker = Checker()
    /// Faults that may still happen on this path.
    private(set) var faults: Int
    /// Stable hashes of everything that may arrive.
    private(set) var identities: [UInt64] = []

    /// `events`: of the first key, 1 to 3.
    init(policy: LockPolicy, events: Int, faults: Int) {
        self.faults = faults
        var configuration = PipelineConfiguration()
        configuration.locks = policy
        configuration.clock = .event
        configuration.retry = RetryPolicy(attempts: 3, initial: 1, maximum: 1)
        configuration.explanations = false
        configuration.groupLimit = 3
        harness = PipelineHarness(configuration: configuration)
        let reference = [Build.account(1, balance: 10_000), Build.enterRules, Build.expert(1), Build.expert(2)]
        for change in reference { harness.append(.reference(change), to: .reference) }
        let bodies = [
            Build.event("a", [Build.recommendation(1, "A"), Build.recommendation(2, "B")]),
            Build.event("b", [Build.recommendation(3, "A", .hold), Build.recommendation(2, "B")]),
            Build.event("c", [Build.recommendation(4, "B"), Build.recommendation(1, "A")]),
        ]
        for body in bodies.prefix(events) { harness.append(body, to: .events(0)) }
        harness.append(Build.event("d", expert: 2, [Build.recommendation(5, "A")]), to: .events(1))
        identities = ExhaustiveWorld.identities(in: harness.logs)
        begin()
        // Both experts are in memory; after a crash they are read again, in any order.
        for expert in [Int64(1), 2] {
            harness.trigger(ExpertUseCase(expert: ExpertID(expert), useCase: .enterMarket))
            harness.answerLoad()
        }
        for _ in 0..<20 where !harness.commit.isEmpty { harness.answerCommit() }
        observe()
    }

    private func begin() {
        harness.assign([.reference, .events(0), .events(1)])
        harness.tellReferenceEnd()
        harness.deliver(.reference)
    }

    /// What may happen now. Publishing is left for the end: what is published follows from what is durable.
    var moves: [Move] {
        var moves: [Move] = []
        for partition in [Int32(0), 1] where harness.available(.events(partition)) > 0 {
            moves.append(.deliver(partition))
        }
        moves += harness.loads.indices.map { .load($0) }
        for place in harness.evaluations.indices {
            moves.append(.evaluate(place, fails: false))
            if faults > 0 { moves.append(.evaluate(place, fails: true)) }
        }
        if !harness.commit.isEmpty {
            moves.append(.commit(.acknowledged))
            if faults > 0 {
                moves += harness.commit.indices.map { .commit(.refused($0)) }
                moves += [
                    .commit(.unavailable), .commit(.inDoubt(durable: true)), .commit(.inDoubt(durable: false)),
                ]
            }
        }
        if harness.pipeline.mustFollowCommits { moves.append(.follow) }
        if harness.mustRecover {
            moves.append(.recover(opens: true))
            if faults > 0 { moves.append(.recover(opens: false)) }
        }
        if harness.pipeline.nextDeadline() != nil { moves.append(.timer) }
        if !harness.assigned.contains(.events(0)) { moves.append(.assign) }
        if faults > 0 {
            if harness.assigned.contains(.events(0)) { moves.append(.revoke) }
            if !harness.isStopping { moves.append(.stop) }
            moves.append(.crash)
        }
        return moves
    }

    /// The move that `finish` begins with; nil where it begins with something that is none.
    var nextAnswer: Move? {
        if !harness.isStopping, !harness.assigned.contains(.events(0)) { return .assign }
        if harness.mustRecover { return .recover(opens: true) }
        if harness.pipeline.mustFollowCommits { return .follow }
        if !harness.loads.isEmpty { return .load(0) }
        if !harness.evaluations.isEmpty { return .evaluate(0, fails: false) }
        return harness.commit.isEmpty ? nil : .commit(.acknowledged)
    }

    func apply(_ move: Move) {
        let before = harness.pipeline.entriesInTrouble
        make(move)
        if let before, let after = harness.pipeline.entriesInTrouble, after != before, !move.answersForStore {
            checker.fail("something settled, or a wait ran out, while the store is in trouble")
        }
        observe()
    }

    private func make(_ move: Move) {
        switch move {
        case .deliver(let partition): harness.deliver(.events(partition), 1)
        case .load(let place): harness.answerLoad(place)
        case .evaluate(let place, let fails):
            if fails { faults -= 1 }
            harness.answerEvaluation(place, fails: fails)
        case .commit(let answer):
            if answer != .acknowledged { faults -= 1 }
            if let refusal = harness.answerCommit(answer) { checker.fail("the store refused: \(refusal)") }
        case .follow: harness.follow()
        case .recover(let opens):
            if !opens { faults -= 1 }
            harness.answerRecovery(opens: opens)
        case .timer: harness.advanceToDeadline()
        case .revoke:
            faults -= 1
            harness.revoke([.events(0)])
        case .assign: harness.assign([.events(0)])
        case .stop:
            faults -= 1
            harness.stop()
        case .crash:
            faults -= 1
            observe()
            checker.crashed()
            harness.crash()
            begin()
        }
    }

    private func observe() {
        for entry in harness.takeDurable() { checker.observe(entry, records: harness.logs) }
        let events = harness.events
        harness.events = []
        checker.observe(events)
        checker.observe(published: harness.published)
        checker.observe(offsets: harness.committedOffsets)
    }

    /// The caches as they are now; on the way here they were looked at already.
    func check() { checker.checkCaches(harness) }

    /// From here without faults to the end, after a stop in a new process.
    func finish() {
        if harness.isStopping {
            if let trouble = harness.settle() { checker.fail("the stop: \(trouble)") }
            if !harness.stopped { checker.fail("the stop did not end") }
            observe()
            checker.checkStop(harness)
            checker.checkRuns()
            checker.crashed()
            harness.crash()
            begin()
        }
        if !harness.assigned.contains(.events(0)) { harness.assign([.events(0)]) }
        if let trouble = harness.settle() { checker.fail("at rest: \(trouble)") }
        observe()
        check()
        if harness.openRevocations > 0 { checker.fail("a revocation was never finished") }
        checker.checkEnd(harness)
    }
}
