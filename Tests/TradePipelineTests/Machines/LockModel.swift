@testable import TradePipeline

/// A lock table of one key beside a list of waiters and three variables: each step is taken by both, and they have to agree.
struct LockModel {
    enum Step: CaseIterable {
        case request
        case finish
        case fail
        case takeWithoutWaiter
        case expire
        case time
    }

    private var table: LockTable<Int, Int>
    private let slot: LockSlot
    private let policy: LockPolicy
    private var holder: Int64?
    private var last: Int64 = 3
    private var isDirty = false
    private var waiting: [(waiter: Int, at: Int64)] = []
    private var now: Int64 = 0
    private var requests = 0

    init(policy: LockPolicy) {
        self.policy = policy
        table = LockTable(policy: policy)
        slot = table.slot(of: 7, lastRun: 3)
    }

    /// Nil, or in what they differ.
    mutating func take(_ step: Step) -> String? {
        let wrong: String? =
            switch step {
            case .request: request()
            case .finish: finish(fails: false)
            case .fail: finish(fails: true)
            case .takeWithoutWaiter: takeWithoutWaiter()
            case .expire: expire()
            case .time: passTime()
            }
        if let wrong { return wrong }
        guard table.isHeld(slot) == (holder != nil), table.run(slot) == last else { return "G1: holder or run" }
        guard table.isDirty(slot) == isDirty, table.waiters(slot) == waiting.count else { return "G2: mark or waiters" }
        return nil
    }

    private mutating func passTime() -> String? {
        now += 11
        return nil
    }

    private mutating func request() -> String? {
        requests += 1
        let most = policy.whenBusy == .coalesce ? 1 : policy.queueLimit
        let mayWait = waiting.count < most && (policy.wait > 0 || policy.whenBusy == .queue)
        switch table.request(slot, waiter: requests, now: now) {
        case .acquired(let run):
            guard holder == nil, run == last + 1 else { return "G1: run \(run) beside \(holder ?? 0)" }
            (holder, last, isDirty) = (run, run, false)
        case .waits:
            guard holder != nil, mayWait else { return "waits, but should not" }
            waiting.append((requests, now + policy.wait))
        case .dropped(let heldBy, let covered, let waiter):
            guard holder == heldBy, !mayWait, waiter == requests, covered == (policy.whenBusy != .skip) else {
                return "dropped, but should not be"
            }
            isDirty = isDirty || covered
        }
        return nil
    }

    private mutating func finish(fails: Bool) -> String? {
        guard let run = holder else {
            return table.finish(slot, run: last, failed: fails).map { _ in "a free key is released" }
        }
        if table.finish(slot, run: run - 1, failed: fails) != nil { return "G1: released by another run" }
        switch table.finish(slot, run: run, failed: fails) {
        case .next(let waiter, let next):
            guard waiting.first?.waiter == waiter, next == last + 1 else { return "not the first waiter's turn" }
            waiting.removeFirst()
            (holder, last, isDirty) = (next, next, false)
        case .again:
            guard waiting.isEmpty, isDirty, !fails else { return "G2: again without a promise" }
            isDirty = false
        case .released:
            guard waiting.isEmpty, !isDirty || fails else { return "G2: a promise is lost" }
            (holder, isDirty) = (nil, false)
        case nil: return "the owner can't release"
        }
        return nil
    }

    private mutating func takeWithoutWaiter() -> String? {
        if let run = table.take(slot) {
            guard holder == nil, run == last + 1 else { return "G1: taken beside \(holder ?? 0)" }
            (holder, last, isDirty) = (run, run, false)
        } else {
            if holder == nil { return "a free key can't be taken" }
            isDirty = true
        }
        return nil
    }

    private mutating func expire() -> String? {
        let due = policy.whenBusy == .queue ? [] : waiting.filter { $0.at <= now }
        guard table.expire(now: now).map(\.waiter) == due.map(\.waiter) else { return "other waits are over" }
        waiting.removeAll { entry in due.contains { $0.waiter == entry.waiter } }
        if !due.isEmpty, policy.whenBusy != .skip { isDirty = true }
        return nil
    }
}
