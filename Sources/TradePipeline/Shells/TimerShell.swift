import Telemetry

/// The timer's thread: tells the machine when what it waits for is due.
final class TimerShell: @unchecked Sendable {
    private let runner: PipelineRunner

    init(runner: PipelineRunner) { self.runner = runner }

    func run() {
        while waitUntilDue() {
            runner.tell { pipeline, now in pipeline.timer(now) }
        }
    }

    /// False at the end.
    private func waitUntilDue() -> Bool {
        runner.mailboxes.withLock { boxes in
            while !boxes.ended {
                if let deadline = boxes.deadline, deadline <= runner.clock().monotonic { return true }
                runner.timerWork.wait(&boxes, until: boxes.deadline.map { UInt64(max(0, $0)) })
            }
            return false
        }
    }
}
