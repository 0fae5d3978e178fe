import Foundation
import Telemetry
import Testing

/// A thread of the test's own: a blocked one must not be one of the cooperative pool.
private func onThread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 1 << 19
    thread.start()
}

private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let left = Lock(count)
        let box = LeftBox(left)
        for index in 0..<count {
            onThread {
                body(index)
                if box.oneEnded() { continuation.resume() }
            }
        }
    }
}

private final class LeftBox: Sendable {
    private let left: Lock<Int>

    init(_ left: consuming Lock<Int>) {
        self.left = left
    }

    func oneEnded() -> Bool {
        left.withLock {
            $0 -= 1
            return $0 == 0
        }
    }
}

private struct NotCopied: ~Copyable {
    var value = 0
}

@Suite struct LockTests {
    private final class Total: Sendable {
        let lock = Lock(0)
    }

    @Test func excludes() async {
        let total = Total()
        await onThreads(4) { _ in
            for _ in 0..<10_000 { total.lock.withLock { $0 += 1 } }
        }
        #expect(total.lock.withLock { $0 } == 40_000)
    }

    @Test func throwsTyped() {
        let lock = Lock(NotCopied())
        #expect(throws: CancellationError.self) {
            try lock.withLock { state throws(CancellationError) in
                state.value = 1
                throw CancellationError()
            }
        }
        #expect(lock.withLock { $0.value } == 1)
    }
}

@Suite struct MonitorTests {
    @Test func handsOverEverythingOnce() async {
        // Two producers, two consumers, a queue bounded to 3: a lost wake-up hangs, a missing exclusion loses or doubles.
        let monitor = Monitor([Int]())
        let notEmpty = monitor.makeCondition()
        let notFull = monitor.makeCondition()
        let seen = Monitor([Int]())
        await onThreads(4) { index in
            for round in 0..<5_000 {
                if index < 2 {
                    monitor.withLock { queue in
                        while queue.count >= 3 { notFull.wait(&queue) }
                        queue.append(index * 5_000 + round)
                    }
                    notEmpty.signal()
                } else {
                    let value = monitor.withLock { queue in
                        while queue.isEmpty { notEmpty.wait(&queue) }
                        return queue.removeFirst()
                    }
                    notFull.signal()
                    seen.withLock { $0.append(value) }
                }
            }
        }
        #expect(seen.withLock { $0.sorted() } == Array(0..<10_000))
    }

    @Test func aDeadlineThatHasPassedReturnsAtOnce() {
        let monitor = Monitor(NotCopied())
        let never = monitor.makeCondition()
        #expect(!monitor.withLock { never.wait(&$0, until: 0) })
        #expect(!monitor.withLock { never.wait(&$0, until: MonotonicTime.now) })
        #expect(!monitor.withLock { never.wait(&$0, until: MonotonicTime.after(seconds: 0.01)) })
    }

    @Test func aDeadlineFarAwayIsOne() async {
        let monitor = Monitor(false)
        let changed = monitor.makeCondition()
        await onThreads(2) { index in
            if index == 0 {
                let intime = monitor.withLock { state in
                    var inTime = true
                    while !state, inTime { inTime = changed.wait(&state, until: .max) }
                    return inTime
                }
                #expect(intime)
            } else {
                monitor.withLock { $0 = true }
                changed.broadcast()
            }
        }
    }

    @Test func aThrowLetsGo() {
        let monitor = Monitor(0)
        #expect(throws: CancellationError.self) {
            try monitor.withLock { _ throws(CancellationError) in throw CancellationError() }
        }
        #expect(monitor.withLock { $0 } == 0)
    }

    @Test(arguments: [-1, Double.nan, 0, -Double.infinity]) func noDuration(seconds: Double) {
        #expect(MonotonicTime.after(seconds: seconds) <= MonotonicTime.now)
    }

    @Test func endlessDuration() {
        #expect(MonotonicTime.after(seconds: .infinity) > MonotonicTime.after(seconds: 3_000_000_000))
    }
}
