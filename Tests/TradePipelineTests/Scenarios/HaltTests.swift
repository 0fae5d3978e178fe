import Support
import Testing
import TradeContracts
import TradeCore
import TradeReplay

@testable import TradePipeline

/// Halts (R93): the first gate of every pass that settles after them in commit order, durable, until they are lifted.
@Suite struct HaltTests {
    private static func halt(_ scope: HaltScope = .all, entriesOnly: Bool = false, _ reason: String = "flood")
        -> HaltChange
    {
        .halt(Halt(scope: scope, entriesOnly: entriesOnly, reason: reason, since: Build.time))
    }

    private static func later(_ seconds: Int64) -> Timestamp { Build.time.advanced(bySeconds: seconds) }

    @Test func whatSettlesAfterItIsHalted() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        // Evaluated before, settled after: what counts is when it settles.
        #expect(scenario.harness.evaluations.count == 1)
        #expect(scenario.harness.change(Self.halt()))
        scenario.harness.answerEvaluation()
        #expect(scenario.settle() == nil)
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.event("e3")
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs() == ["halted 1", "halted 2", "halted of e3"], "R18")
        scenario.harness.change(.resume(.all, entriesOnly: false, reason: "over"))
        scenario.event("e4", Build.recommendation(1, "A"), Build.recommendation(4, "B"))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(
            outputs.contains("entry 4") && outputs.contains("duplicate_event 1"), "a halted one is decided: \(outputs)")
    }

    @Test func itAnswersOnceItIsDurable() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.change(Self.halt(), ticket: 7)
        // The writer has the event's entry; the halt is behind it.
        #expect(scenario.harness.halted.isEmpty)
        scenario.harness.answerCommit()
        #expect(scenario.harness.halted.isEmpty && !scenario.harness.commit.isEmpty)
        scenario.harness.crash()
        scenario.start()
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("entry 1"), "it was not answered, and is gone")
        scenario.harness.change(Self.halt(), ticket: 8)
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.halted == [8])
        scenario.harness.crash()
        scenario.start()
        scenario.event("e2", Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        #expect(scenario.outputs().contains("halted 2"), "it is in force over a crash")
    }

    @Test func aRefusalBeforeItChangesNothing() {
        let scenario = Scenario()
        scenario.event("e0", expert: 2, Build.recommendation(9, "Z"))
        scenario.event("e1", Build.recommendation(1, "A"))
        scenario.harness.change(Self.halt(.expert(ExpertID(1))), ticket: 3)
        scenario.harness.change(Self.halt(.expert(ExpertID(2))), ticket: 4)
        scenario.harness.change(.resume(.expert(ExpertID(2)), entriesOnly: false, reason: "-"), ticket: 5)
        #expect(scenario.harness.answerCommit() == nil)
        scenario.harness.answerCommit(.refused(0))
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.halted.sorted() == [3, 4, 5])
        scenario.event("e2", Build.recommendation(2, "B"))
        scenario.event("e3", expert: 2, Build.recommendation(3, "C"))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.contains("halted 2") && outputs.contains("entry 3"), "\(outputs)")
        #expect(HaltTable(scenario.harness.store.snapshot { _ in }.halts).all.map(\.scope) == [.expert(ExpertID(1))])
    }

    @Test func ofEntriesOnlyWhatProtectsAndClosesGoesOn() {
        let scenario = Scenario()
        scenario.event("e1", Build.recommendation(1, "A"), Build.recommendation(2, "B"))
        #expect(scenario.settle() == nil)
        for id in [Int64(1), 2] { scenario.update(scenario.order(of: id), .filled, quantity: 10, price: 100) }
        scenario.harness.change(Self.halt(.account(AccountID(1)), entriesOnly: true))
        scenario.event("e2", Build.recommendation(3, "C", at: Self.later(1)))
        scenario.event(
            "e3", useCase: .openPositions, Build.recommendation(4, "A", .sell, at: Self.later(1)),
            Build.recommendation(5, "B", .buy, at: Self.later(1)))
        #expect(scenario.settle() == nil)
        let outputs = scenario.outputs()
        #expect(outputs.contains("halted 3") && outputs.contains("close 4"), "\(outputs)")
        #expect(!outputs.contains("increase 5"), "\(outputs)")
    }

    @Test func theWidestIsNamedAndOthersTrade() {
        var table = HaltTable()
        let (expert, other, account) = (ExpertID(1), ExpertID(2), AccountID(1))
        table.apply(Self.halt(.expert(expert), "e"))
        #expect(table.ofEverything(expert, account: account)?.reason == "e")
        #expect(table.ofEverything(other, account: account) == nil)
        table.apply(Self.halt(.account(account), "a"))
        #expect(table.ofEverything(expert, account: account)?.reason == "a")
        #expect(table.ofEverything(expert, account: nil)?.reason == "e", "an expert that is not known has no account")
        #expect(table.ofEverything(other, account: AccountID(2)) == nil)
        table.apply(Self.halt(.all, entriesOnly: true, "n"))
        #expect(table.ofEverything(other, account: AccountID(2)) == nil)
        #expect(table.ofEntries(other, account: AccountID(2))?.reason == "n")
        #expect(table.ofEntries(other, account: account)?.reason == "a")
        table.apply(.resume(.all, entriesOnly: false, reason: "-"))
        #expect(table.ofEntries(other, account: AccountID(2)) == nil)
        #expect(table.all.map(\.reason) == ["a", "e"], "a scope is resumed by itself")
        table.apply(.resume(.account(account), entriesOnly: true, reason: "-"))
        #expect(table.ofEverything(other, account: account)?.reason == "a", "only that of entries was lifted")
    }

    @Test func afterTheStopNothingIsTaken() {
        let scenario = Scenario()
        scenario.harness.stop()
        #expect(!scenario.harness.change(Self.halt()))
        #expect(scenario.settle() == nil)
        #expect(scenario.harness.halted.isEmpty)
    }
}
