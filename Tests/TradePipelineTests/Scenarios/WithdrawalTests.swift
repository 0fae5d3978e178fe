import Support
import Testing
import TradeContracts
import TradeCore
import TradeReplay

@testable import TradePipeline

/// Orders that are withdrawn before they are published: expired (R95), halted (R93), refused by the broker (design §6).
@Suite struct WithdrawalTests {
    private static let day: Int64 = 86_400_000

    private static func scenario(
        _ delivery: RelayDelivery = .exactlyOnce, _ change: (inout PipelineConfiguration) -> Void = { _ in }
    ) -> Scenario {
        RelayTests.scenario(delivery) { configuration in
            configuration.clock = .wall
            change(&configuration)
        }
    }

    /// An entry with its take-profit and stop-loss in the outbox, rows 1 to 3, and the sink not open.
    private static func outbox(_ scenario: Scenario, _ recommendation: Int64 = 1, _ symbol: String = "A") {
        scenario.event("e\(recommendation)", Build.recommendation(recommendation, symbol))
        while !scenario.harness.evaluations.isEmpty { scenario.harness.answerEvaluation() }
        scenario.commitAll()
    }

    private static func status(_ scenario: Scenario, _ symbol: String = "A") -> PositionStatus? {
        guard case .expert(let snapshot) = scenario.harness.store.answer(.expert(ExpertID(1), pendingLimit: 10)) else {
            return nil
        }
        return snapshot.positions.first { $0.symbol.text == symbol }?.status
    }

    private static func published(_ scenario: Scenario) -> [String] {
        scenario.harness.published.compactMap { row in
            if case .row(let origin) = row.origin { Scenario.name(origin.record) } else { nil }
        }
    }

    private static func withdrawn(_ scenario: Scenario) -> [Int64: SkipReason] {
        guard case .outbox(let rows) = scenario.harness.store.answer(.outbox(after: 0, limit: 100)) else { return [:] }
        return Dictionary(
            rows.compactMap { row in row.withdrawn.map { (row.number, $0) } }, uniquingKeysWith: { $1 })
    }

    @Test("R95: an entry that expired unpublished fails its position, and nothing of it goes out but the skip")
    func expiredEntry() throws {
        let scenario = Self.scenario()
        Self.outbox(scenario)
        #expect(Self.status(scenario) == .waiting)
        scenario.harness.advance(milliseconds: 900_000)
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario) == ["expired 1"])
        #expect(Self.status(scenario) == nil, "FAILED: the symbol is free")
        #expect(Self.withdrawn(scenario) == [1: .expired, 2: .expired, 3: .expired])
        #expect(scenario.harness.store.snapshot { _ in }.relayMark == 4)
        #expect(scenario.harness.store.snapshot { _ in }.withdrawals.isEmpty, "the mark has passed them")
        let skip = try #require(
            scenario.rows().compactMap { record in if case .skip(let skip) = record { skip } else { nil } }.first)
        #expect(skip.message.contains(scenario.order(of: 1).description), "it names the order")
        #expect(skip.run == nil && skip.skippedAt == scenario.harness.startTime, "R79")
        scenario.event("again", Build.recommendation(2, "A", at: scenario.harness.now.wall))
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario).contains("entry 2"))
    }

    @Test func aSecondBeforeItGoesOut() {
        let scenario = Self.scenario()
        Self.outbox(scenario)
        scenario.harness.advance(milliseconds: 899_000)
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario) == ["entry 1", "take_profit 1", "stop_loss 1"])
    }

    @Test("R95: what may be published does not expire", arguments: [true, false])
    func doubt(_ isPublished: Bool) {
        let scenario = Self.scenario()
        Self.outbox(scenario)
        scenario.harness.answerOpening()
        scenario.commitAll()
        #expect(scenario.harness.publish != nil)
        scenario.harness.doubtPublish(publishing: isPublished)
        scenario.harness.answerOpening(isReachable: false)
        scenario.harness.advance(milliseconds: 2_000_000)
        #expect(Self.withdrawn(scenario).isEmpty, "in doubt")
        #expect(scenario.settle() == nil)
        // Published or expired, never both, never neither.
        #expect(
            Self.published(scenario) == (isPublished ? ["entry 1", "take_profit 1", "stop_loss 1"] : ["expired 1"]))
    }

    @Test("What a plain producer was ever handed does not expire, also not after a crash")
    func handed() {
        let scenario = Self.scenario(.atLeastOnce)
        Self.outbox(scenario)
        scenario.harness.answerOpening()
        scenario.commitAll()
        scenario.harness.answerPublish(onlyFirst: 0)
        scenario.harness.advance(milliseconds: 2_000_000)
        scenario.harness.crash()
        scenario.start()
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario) == ["entry 1", "take_profit 1", "stop_loss 1"])
    }

    @Test("R93: a halt withdraws what waits in the outbox, a resume does not bring it back")
    func halted() {
        let scenario = Self.scenario()
        Self.outbox(scenario)
        scenario.harness.change(
            .halt(Halt(scope: .expert(ExpertID(1)), entriesOnly: true, reason: "flood", since: Build.time)), ticket: 1)
        scenario.harness.change(.resume(.expert(ExpertID(1)), entriesOnly: false, reason: "over"), ticket: 2)
        Self.outbox(scenario, 2, "B")
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario) == ["entry 2", "take_profit 2", "stop_loss 2", "halted 1"])
        #expect(Self.withdrawn(scenario) == [1: .halted, 2: .halted, 3: .halted])
    }

    @Test("R93: a halt that is not durable when the process dies withdraws nothing; one that is does so after it")
    func haltAndCrash() {
        for isDurable in [true, false] {
            let scenario = Self.scenario()
            Self.outbox(scenario)
            scenario.harness.change(
                .halt(Halt(scope: .all, entriesOnly: false, reason: "flood", since: Build.time)), ticket: 1)
            if isDurable { scenario.commitAll() }
            scenario.harness.crash()
            scenario.start()
            #expect(scenario.settle() == nil)
            #expect(
                Self.published(scenario)
                    == (isDurable ? ["halted 1"] : ["entry 1", "take_profit 1", "stop_loss 1"]))
        }
    }

    @Test("R93: an increase is given back, what protects and closes goes out")
    func haltedIncrease() {
        let scenario = Self.scenario { $0.validFor = nil }
        Self.outbox(scenario)
        #expect(scenario.settle() == nil)
        scenario.update(scenario.order(of: 1), .filled, quantity: 1, price: 100)
        #expect(scenario.settle() == nil)
        scenario.harness.crash()
        scenario.start()
        scenario.event("m1", useCase: .openPositions, Build.recommendation(5, "A"))
        while !scenario.harness.evaluations.isEmpty { scenario.harness.answerEvaluation() }
        scenario.commitAll()
        let before = scenario.harness.published.count
        #expect(scenario.outputs().contains("increase 5"))
        scenario.harness.change(
            .halt(Halt(scope: .account(AccountID(1)), entriesOnly: true, reason: "flood", since: Build.time)), ticket: 1
        )
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario).dropFirst(before) == ["halted 5"])
        guard case .expert(let snapshot) = scenario.harness.store.answer(.expert(ExpertID(1), pendingLimit: 10)) else {
            return
        }
        #expect(snapshot.positions.map(\.quantity) == [.of(1)], "R74: given back")
        #expect(snapshot.positions.map(\.status) == [.opened])
    }

    @Test func aRefusedOrderIsSetAsideWithItsDependents() {
        let scenario = Self.scenario()
        Self.outbox(scenario)
        Self.outbox(scenario, 2, "B")
        scenario.harness.answerOpening()
        scenario.commitAll()
        scenario.harness.refusePublish(1)
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario) == ["entry 2", "take_profit 2", "stop_loss 2", "undeliverable 1"])
        #expect(Self.status(scenario) == nil && Self.status(scenario, "B") == .waiting)
        #expect(Self.withdrawn(scenario) == [1: .undeliverable, 2: .undeliverable, 3: .undeliverable])
    }

    @Test func aRefusedSkipIsNeverPassedOver() {
        let scenario = Self.scenario()
        scenario.event("e1", expert: 7, Build.recommendation(1, "A"))
        while !scenario.harness.evaluations.isEmpty { scenario.harness.answerEvaluation() }
        scenario.commitAll()
        scenario.harness.answerOpening()
        scenario.commitAll()
        scenario.harness.refusePublish(1)
        #expect(scenario.harness.publish == nil, "it waits")
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.published.map(\.number) == [1])
    }

    @Test("A crash at any point of a withdrawal: published or expired, never both, never neither")
    func crashes() {
        for steps in 0..<14 {
            for isInDoubt in [true, false] {
                let scenario = Self.scenario()
                Self.outbox(scenario)
                scenario.harness.advance(milliseconds: 900_000)
                _ = scenario.harness.settle(limit: steps)
                if isInDoubt { scenario.harness.answerCommit(.inDoubt(durable: steps % 2 == 0)) }
                scenario.harness.crash()
                scenario.start()
                #expect(scenario.settle() == nil)
                #expect(Self.published(scenario) == ["expired 1"], "after \(steps) steps")
                #expect(Self.withdrawn(scenario) == [1: .expired, 2: .expired, 3: .expired])
            }
        }
    }

    @Test("The store refuses or fails while orders are withdrawn")
    func storeTrouble() {
        let answers: [PipelineHarness.CommitAnswer] = [
            .refused(0), .unavailable, .inDoubt(durable: true), .inDoubt(durable: false),
        ]
        for answer in answers {
            let scenario = Self.scenario()
            Self.outbox(scenario)
            scenario.harness.advance(milliseconds: 900_000)
            scenario.harness.answerOpening()
            scenario.harness.answerCommit()
            #expect(scenario.harness.commit.contains { $0.relay?.withdrawn.isEmpty == false })
            scenario.harness.answerCommit(answer)
            #expect(scenario.settle() == nil)
            #expect(Self.published(scenario) == ["expired 1"], "\(answer)")
            #expect(scenario.harness.pipeline.counters.withdrawn == 3)
        }
    }

    @Test func manyExpireTogether() {
        let scenario = Self.scenario { $0.publishLimit = 50 }
        for number in 1...200 { Self.outbox(scenario, Int64(number), "S\(number)") }
        let entries = scenario.outputs().filter { $0.hasPrefix("entry") }.count
        scenario.harness.advance(milliseconds: 900_000)
        #expect(scenario.settle() == nil)
        #expect(Self.published(scenario).filter { $0.hasPrefix("expired") }.count == entries)
        #expect(!Self.published(scenario).contains { $0.hasPrefix("entry") || $0.hasPrefix("stop") })
    }
}
