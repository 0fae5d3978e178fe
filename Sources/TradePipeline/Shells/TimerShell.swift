import Telemetry

/// The timer's thread: tells the machine when what it waits for is due, and lets go of what is spent.
final class TimerShell: @unchecked Sendable {
    /// Nanoseconds of work after which freed memory is given back.
    private static let memoryInterval: Int64 = 5_000_000_000

    private let runner: PipelineRunner
    private var memoryDue: Int64

    init(runner: PipelineRunner) {
        self.runner = runner
        memoryDue = runner.clock().monotonic + TimerShell.memoryInterval
    }

    func run() {
        while let work = next() {
            if work.isDue { runner.tell { pipeline, now in pipeline.timer(now) } }
            // The spent entries go with `work`, here, where nobody waits for it.
            if !work.spent.isEmpty { giveBackMemory() }
        }
    }

    // Entries are made by one thread and freed by this one, so that the allocator's arenas would grow with what has been done.
    private func giveBackMemory() {
        let now = runner.clock().monotonic
        guard now >= memoryDue else { return }
        FreeMemory.giveBack()
        memoryDue = now + TimerShell.memoryInterval
    }

    /// Waits until there is something to do; nil at the end.
    private func next() -> (isDue: Bool, spent: [SpentEntries])? {
        runner.mailboxes.withLock { boxes in
            while !boxes.ended {
                let isDue = boxes.deadline.map { $0 <= runner.clock().monotonic } ?? false
                if isDue || !boxes.spent.isEmpty {
                    defer { boxes.spent = [] }
                    return (isDue, boxes.spent)
                }
                runner.timerWork.wait(&boxes, until: boxes.deadline.map { UInt64(max(0, $0)) })
            }
            return nil
        }
    }
}
