import Support
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

/// A world that a seed drives: what arrives, in which order everything that lies open is answered, what fails and when the
/// process dies.
final class RandomWorld {
    let harness: PipelineHarness
    let checker = Checker()
    private var random: ContractRandom
    private var records: RandomRecords
    private var faults: Int
    private var crashes: Int
    private var revocations: Int
    private var stops: Int
    private var steps = 0
    /// What happened, for a failing seed.
    private(set) var story: [String] = []

    static let partitions: [TopicPartition] = [.events(0), .events(1), .updates(0), .reference]

    init(seed: UInt64) {
        random = ContractRandom(seed: seed)
        var configuration = PipelineConfiguration()
        configuration.locks = LockPolicy(
            whenBusy: WhenBusy.allCases[Int(random.next() % 3)], wait: random.chance(30) ? 0 : 300_000_000,
            queueLimit: Int(random.next() % 3) + 1)
        configuration.clock = random.chance(50) ? .event : .wall
        configuration.retry = RetryPolicy(
            attempts: Int(random.next() % 3) + 1, initial: 50_000_000, maximum: 400_000_000)
        configuration.maxInFlight = random.chance(30) ? 6 : 1000
        configuration.smallestShare = random.chance(30) ? 2 : 64
        configuration.groupLimit = Int(random.next() % 6) + 1
        configuration.publishLimit = Int(random.next() % 5) + 1
        configuration.publishWindow = Int(random.next() % 8) + 1
        configuration.outboxLimit = random.chance(30) ? 5 : 1000
        configuration.markRefresh = nil
        configuration.validFor = random.chance(50) ? 1 : 900
        if random.chance(75) {
            let delivery: RelayDelivery = random.chance(70) ? .exactlyOnce : .atLeastOnce
            configuration.relay = RelayPlace(name: delivery == .exactlyOnce ? "place" : "", delivery: delivery)
        }
        configuration.idleExperts = random.chance(60) ? 0 : 100
        configuration.intakeAtCommit = random.chance(50) ? 0 : 256
        configuration.explanations = false
        configuration.pendingLimit = random.chance(40) ? 2 : 1000
        configuration.seed = random.next()
        records = RandomRecords()
        faults = Int(random.next() % 8)
        crashes = random.chance(50) ? Int(random.next() % 4) : 0
        revocations = Int(random.next() % 3)
        stops = random.chance(20) ? 1 : 0
        harness = PipelineHarness(configuration: configuration)
        checker.isExact = configuration.relay?.delivery == .exactlyOnce
        for change in records.reference { harness.append(.reference(change), to: .reference) }
        for _ in 0..<(5 + Int(random.next() % 15)) { produce() }
        begin()
    }

    private func begin() {
        harness.assign(RandomWorld.partitions)
        harness.tellReferenceEnd()
    }

    private func produce() {
        let (partition, body) = records.next(&random, harness)
        harness.append(body, to: partition, timestamp: Int64(random.next() % 1000))
    }

    /// Runs the world to its end and says what went wrong.
    func run() -> [String] {
        let length = 60 + Int(random.next() % 240)
        while steps < length, checker.violations.isEmpty {
            step()
            observe()
        }
        if checker.violations.isEmpty { finish() }
        return checker.violations
    }

    private func note(_ text: @autoclosure () -> String) { story.append("\(steps) \(text())") }

    private func step() {
        steps += 1
        switch random.next() % 100 {
        case 0..<12: if harness.logs.values.reduce(0, { $0 + $1.count }) < 120 { produce() }
        case 12..<35: deliver()
        case 35..<55: if harness.pipeline.mustFollowCommits, random.chance(40) { follow() } else { answerCommit() }
        case 55..<68: evaluate()
        case 68..<78: answerLoad()
        case 78..<86: publish()
        case 86..<92: time()
        case 92..<94: revoke()
        case 94: crash()
        case 95: if random.chance(30) { stop() } else { trigger() }
        case 96: halt()
        default: recover()
        }
    }

    private func deliver() {
        let ready = RandomWorld.partitions.filter { harness.available($0) > 0 }
        guard !ready.isEmpty else { return }
        let partition = ready[Int(random.next() % UInt64(ready.count))]
        let count = partition == .reference ? 20 : 1 + Int(random.next() % 5)
        let back = random.chance(10) ? Int(random.next() % 3) : 0
        note("deliver \(count) of \(partition.topic)/\(partition.partition)")
        harness.deliver(partition, count, back: back)
        if partition == .reference { harness.tellEnd(of: partition) }
    }

    private func answerCommit() {
        guard !harness.commit.isEmpty else { return }
        var answer = PipelineHarness.CommitAnswer.acknowledged
        if faults > 0, random.chance(25) {
            faults -= 1
            switch random.next() % 4 {
            case 0, 1: answer = .refused(Int(random.next() % UInt64(harness.commit.count)))
            case 2: answer = .unavailable
            default: answer = .inDoubt(durable: random.chance(50))
            }
        }
        let first = harness.commit.first?.number ?? 0
        note("commit \(first)...\(harness.commit.last?.number ?? 0): \(answer)")
        if let refusal = harness.answerCommit(answer) { checker.fail("the store refused: \(refusal)") }
    }

    private func follow() {
        note("what follows from it")
        harness.follow()
    }

    private func evaluate() {
        guard !harness.evaluations.isEmpty else { return }
        let place = Int(random.next() % UInt64(harness.evaluations.count))
        let fails = random.chance(15)
        note("evaluate \(harness.evaluations[place].key)\(fails ? ": fails" : "")")
        harness.answerEvaluation(place, fails: fails)
    }

    private func answerLoad() {
        guard !harness.loads.isEmpty else { return }
        let place = Int(random.next() % UInt64(harness.loads.count))
        note("load \(harness.loads[place].request)")
        harness.answerLoad(place)
    }

    private func publish() {
        if harness.openSink != nil {
            let isReachable = random.chance(75)
            note("open the sink: \(isReachable)")
            harness.answerOpening(isReachable: isReachable)
            return
        }
        guard let task = harness.publish else { return }
        if harness.configuration.relay?.delivery == .exactlyOnce, random.chance(20) {
            let isPublished = random.chance(50)
            note("publish after \(task.after): in doubt, \(isPublished)")
            harness.doubtPublish(publishing: isPublished)
            return
        }
        if harness.configuration.relay != nil, random.chance(5), let row = task.rows.randomElement(using: &random) {
            note("publish after \(task.after): row \(row.number) is refused")
            harness.refusePublish(row.number)
            return
        }
        let only = random.chance(15) ? Int(random.next() % UInt64(task.rows.count + 1)) : nil
        note("publish after \(task.after)\(only.map { ": only \($0)" } ?? "")")
        harness.answerPublish(onlyFirst: only)
    }

    private func time() {
        if random.chance(50) {
            harness.advanceToDeadline()
        } else {
            harness.advance(milliseconds: Int64(random.next() % 200))
        }
        note("time \(harness.now.monotonic / 1_000_000)")
    }

    private func revoke() {
        if let gone = RandomWorld.partitions.first(where: { !harness.assigned.contains($0) }) {
            note("assign \(gone)")
            harness.assign([gone])
        } else if revocations > 0 {
            revocations -= 1
            let partition = RandomWorld.partitions[Int(random.next() % UInt64(RandomWorld.partitions.count))]
            note("revoke \(partition)")
            harness.revoke([partition])
        }
    }

    private func crash() {
        guard crashes > 0 else { return }
        crashes -= 1
        let isPublished = random.chance(50)
        note("crash, published: \(isPublished)")
        if isPublished { harness.publishWithoutAnswer() }
        observe()
        checker.crashed()
        harness.crash()
        begin()
    }

    private func stop() {
        guard stops > 0 else { return }
        stops -= 1
        note("stop")
        harness.stop()
    }

    private func trigger() {
        let key = ExpertUseCase(
            expert: ExpertID(Int64(random.next() % 5) + 1), useCase: random.chance(50) ? .enterMarket : .openPositions)
        note("trigger \(key)")
        harness.trigger(key)
    }

    private func halt() {
        let scopes: [HaltScope] = [
            .all, .account(AccountID(1)), .expert(ExpertID(Int64(random.next() % 5) + 1)),
        ]
        let scope = scopes[Int(random.next() % 3)]
        let entriesOnly = random.chance(50)
        let halts = random.chance(50)
        note("\(halts ? "halt" : "resume") \(scope) \(entriesOnly)")
        harness.change(
            halts
                ? .halt(Halt(scope: scope, entriesOnly: entriesOnly, reason: "flood", since: Build.time))
                : .resume(scope, entriesOnly: entriesOnly, reason: "over"))
    }

    private func recover() {
        guard harness.mustRecover else { return }
        let opens = random.chance(70)
        note("recover: \(opens)")
        harness.answerRecovery(opens: opens)
    }

    private func observe() {
        let entries = harness.takeDurable()
        for entry in entries { checker.observe(entry, records: harness.logs) }
        let events = harness.events
        harness.events = []
        checker.observe(events)
        checker.observe(published: harness.published)
        checker.observe(offsets: harness.committedOffsets)
        if !entries.isEmpty || steps % 7 == 0 { checker.checkCaches(harness) }
    }

    /// Everything comes to rest: no faults any more, every partition assigned, every key triggered once; then the stop.
    private func finish() {
        note("finish")
        if harness.isStopping {
            settle("the stop halfway")
            if !harness.stopped { checker.fail("the stop halfway did not end") }
            checker.checkStop(harness)
            checker.checkRuns()
            checker.crashed()
            harness.crash()
            begin()
        }
        harness.assign(RandomWorld.partitions.filter { !harness.assigned.contains($0) })
        harness.tellReferenceEnd()
        settle("records")
        if harness.configuration.locks.whenBusy != .skip {
            let left = harness.store.snapshot { _ in }.pendingKeys
            if !left.isEmpty { checker.fail("G2: a wake-up is lost, pending of \(left) waits for nothing") }
        }
        for expert in 1...6 {
            for useCase in UseCase.allCases {
                harness.trigger(ExpertUseCase(expert: ExpertID(Int64(expert)), useCase: useCase))
            }
        }
        settle("triggers")
        if harness.openRevocations > 0 { checker.fail("a revocation was never finished") }
        checker.checkEnd(harness)
        harness.stop()
        settle("the stop")
        if !harness.stopped { checker.fail("the stop did not end") }
        checker.checkStop(harness)
        checker.checkEnd(harness)
    }

    private func settle(_ what: String) {
        if let trouble = harness.settle() {
            checker.fail("\(what): \(trouble)")
            note(harness.pipeline.describe(DescriptionFrame(now: harness.now)))
        }
        observe()
        checker.checkCaches(harness)
    }
}
