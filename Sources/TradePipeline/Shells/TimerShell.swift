import Telemetry

/// The timer's thread: tells the machine when what it waits for is due, does what follows from commits while the writer is at the
/// next one, and lets go of what is spent.
final class TimerShell: @unchecked Sendable {
    private let runner: PipelineRunner

    init(runner: PipelineRunner) { self.runner = runner }

    private struct Work {
        var isDue = false
        var followsCommits = false
        var spent: [SpentEntries] = []
        var isEmpty: Bool { !isDue && !followsCommits && spent.isEmpty }
    }

    func run() {
        while let work = next() {
            if work.followsCommits { runner.tell { pipeline, now in pipeline.followCommits(now) } }
            if work.isDue { runner.tell { pipeline, now in pipeline.timer(now) } }
            // The spent entries go with `work`, here, where nobody waits for it.
        }
    }

    /// Waits until there is something to do; nil at the end.
    private func next() -> Work? {
        runner.mailboxes.withLock { boxes in
            while !boxes.ended {
                let work = Work(
                    isDue: boxes.deadline.map { $0 <= runner.clock().monotonic } ?? false,
                    followsCommits: boxes.pipeline.mustFollowCommits, spent: boxes.spent)
                if !work.isEmpty {
                    boxes.spent = []
                    return work
                }
                runner.timerWork.wait(&boxes, until: boxes.deadline.map { UInt64(max(0, $0)) })
            }
            return nil
        }
    }
}
