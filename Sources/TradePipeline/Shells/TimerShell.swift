import Telemetry

/// The timer's thread: tells the machine when what it waits for is due, and lets go of what is spent.
final class TimerShell: @unchecked Sendable {
    private let runner: PipelineRunner

    init(runner: PipelineRunner) { self.runner = runner }

    func run() {
        while let work = next() {
            if work.isDue { runner.tell { pipeline, now in pipeline.timer(now) } }
            // The spent entries go with `work`, here, where nobody waits for it.
        }
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
