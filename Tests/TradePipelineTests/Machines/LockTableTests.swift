import Support
import Testing

@testable import TradePipeline

/// The lock table against a plain model, and each policy by hand.
@Suite struct LockTableTests {
    private typealias Table = LockTable<Int, Int>

    private func table(_ whenBusy: WhenBusy, wait: Int64 = 10, limit: Int = 2) -> (Box<Table>, LockSlot) {
        let table = Box(Table(policy: LockPolicy(whenBusy: whenBusy, wait: wait, queueLimit: limit)))
        let slot = table.value.slot(of: 7, lastRun: 3)
        return (table, slot)
    }

    @Test func coalesceKeepsOneWaiterAndPromisesTheOthers() {
        let (table, slot) = table(.coalesce)
        guard case .acquired(let run) = table.value.request(slot, waiter: 1, now: 0) else {
            return #expect(Bool(false))
        }
        #expect(run == 4, "G1: runs count on from the store's")
        guard case .waits = table.value.request(slot, waiter: 2, now: 1) else { return #expect(Bool(false)) }
        for waiter in 3...5 {
            guard case .dropped(let heldBy, let covered, let who) = table.value.request(slot, waiter: waiter, now: 2)
            else {
                return #expect(Bool(false))
            }
            #expect(heldBy == 4 && covered && who == waiter)
        }
        guard case .next(let waiter, let next) = table.value.finish(slot, run: 4, failed: false) else {
            return #expect(Bool(false))
        }
        #expect(waiter == 2 && next == 5)
        #expect(!table.value.isDirty(slot), "the waiter's pass is the promised one")
        guard case .released = table.value.finish(slot, run: 5, failed: false) else { return #expect(Bool(false)) }
    }

    @Test func withoutAWaitTheHolderRunsAgain() {
        let (table, slot) = table(.coalesce, wait: 0)
        _ = table.value.request(slot, waiter: 1, now: 0)
        for waiter in 2...5 {
            guard case .dropped = table.value.request(slot, waiter: waiter, now: 0) else { return #expect(Bool(false)) }
        }
        guard case .again = table.value.finish(slot, run: 4, failed: false) else { return #expect(Bool(false)) }
        guard case .released = table.value.finish(slot, run: 4, failed: false) else { return #expect(Bool(false)) }
    }

    @Test func aFailedRunReleasesThoughDirty() {
        let (table, slot) = table(.coalesce, wait: 0)
        _ = table.value.request(slot, waiter: 1, now: 0)
        _ = table.value.request(slot, waiter: 2, now: 0)
        guard case .released = table.value.finish(slot, run: 4, failed: true) else { return #expect(Bool(false)) }
        #expect(!table.value.isHeld(slot) && !table.value.isDirty(slot))
    }

    @Test func onlyTheOwnerReleases() {
        let (table, slot) = table(.coalesce)
        _ = table.value.request(slot, waiter: 1, now: 0)
        #expect(table.value.finish(slot, run: 3, failed: false) == nil)
        #expect(table.value.finish(slot, run: 5, failed: false) == nil)
        #expect(table.value.isHeld(slot))
        _ = table.value.finish(slot, run: 4, failed: false)
        #expect(table.value.finish(slot, run: 4, failed: false) == nil, "a second release changes nothing")
    }

    @Test func skipPromisesNothing() {
        let (table, slot) = table(.skip, limit: 1)
        _ = table.value.request(slot, waiter: 1, now: 0)
        guard case .waits = table.value.request(slot, waiter: 2, now: 0) else { return #expect(Bool(false)) }
        guard case .dropped(_, let covered, _) = table.value.request(slot, waiter: 3, now: 0) else {
            return #expect(Bool(false))
        }
        #expect(!covered && !table.value.isDirty(slot))
        let expired = table.value.expire(now: 10)
        #expect(expired.map(\.waiter) == [2] && !expired[0].covered)
        guard case .released = table.value.finish(slot, run: 4, failed: false) else { return #expect(Bool(false)) }
    }

    @Test func queueKeepsOrderAndNeverExpires() {
        let (table, slot) = table(.queue, wait: 5, limit: 2)
        _ = table.value.request(slot, waiter: 1, now: 0)
        for waiter in 2...3 {
            guard case .waits = table.value.request(slot, waiter: waiter, now: 0) else { return #expect(Bool(false)) }
        }
        guard case .dropped(_, let covered, _) = table.value.request(slot, waiter: 4, now: 0) else {
            return #expect(Bool(false))
        }
        #expect(covered, "beyond the limit as coalesce")
        #expect(table.value.expire(now: .max).isEmpty && table.value.nextDeadline() == nil)
        for (run, waiter) in [(Int64(4), 2), (5, 3)] {
            guard case .next(let who, _) = table.value.finish(slot, run: run, failed: false) else {
                return #expect(Bool(false))
            }
            #expect(who == waiter)
        }
        guard case .released = table.value.finish(slot, run: 6, failed: false) else { return #expect(Bool(false)) }
    }

    @Test func waitsAreSuspendedAndEndInOrder() {
        let (table, slot) = table(.coalesce)
        _ = table.value.request(slot, waiter: 1, now: 0)
        _ = table.value.request(slot, waiter: 2, now: 0)
        table.value.suspendWaits(true)
        #expect(table.value.nextDeadline() == nil && table.value.expire(now: 100).isEmpty)
        table.value.suspendWaits(false)
        #expect(table.value.nextDeadline() == 10)
        #expect(table.value.expire(now: 9).isEmpty)
        #expect(table.value.expire(now: 10).map(\.waiter) == [2])
        #expect(table.value.isDirty(slot))
        #expect(table.value.nextDeadline() == nil)
    }

    @Test func aKeyInUseIsNotReclaimed() {
        let (table, slot) = table(.coalesce)
        _ = table.value.request(slot, waiter: 1, now: 0)
        let reclaimedInUse = table.value.reclaim(slot)
        #expect(!reclaimedInUse)
        _ = table.value.finish(slot, run: 4, failed: false)
        let reclaimed = table.value.reclaim(slot)
        #expect(reclaimed)
        #expect(table.value.count == 0)
        let again = table.value.slot(of: 8, lastRun: 0)
        guard case .acquired(let run) = table.value.request(again, waiter: 1, now: 0) else {
            return #expect(Bool(false))
        }
        #expect(run == 1, "a reused place starts at its key's own number")
    }

    /// Every sequence of five steps, and long random ones, agree with a model.
    @Test(arguments: WhenBusy.allCases) func agreesWithAModel(whenBusy: WhenBusy) {
        for wait in [Int64(0), 20] {
            let policy = LockPolicy(whenBusy: whenBusy, wait: wait, queueLimit: 2)
            let steps = LockModel.Step.allCases
            var sequences = 1
            for _ in 0..<5 { sequences *= steps.count }
            for number in 0..<sequences {
                var model = LockModel(policy: policy)
                var rest = number
                for _ in 0..<5 {
                    if let wrong = model.take(steps[rest % steps.count]) {
                        Issue.record("\(whenBusy), wait \(wait), sequence \(number): \(wrong)")
                        return
                    }
                    rest /= steps.count
                }
            }
            for seed in UInt64(1)...40 {
                var random = ContractRandom(seed: seed)
                var model = LockModel(policy: policy)
                for _ in 0..<300 {
                    if let wrong = model.take(steps[Int(random.next() % UInt64(steps.count))]) {
                        Issue.record("\(whenBusy), wait \(wait), seed \(seed): \(wrong)")
                        return
                    }
                }
            }
        }
    }
}
