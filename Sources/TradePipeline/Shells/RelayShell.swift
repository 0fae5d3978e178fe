import Telemetry

/// The relay's thread: hands rows to the sink and says what is acknowledged. The only user of the sink.
final class RelayShell: @unchecked Sendable {
    /// Seconds that the sink may take to end.
    private static let closing = 2.0

    private let runner: PipelineRunner

    init(runner: PipelineRunner) { self.runner = runner }

    func run() {
        while let task = next() {
            guard let last = task.rows.last?.number else { continue }
            let result = runner.sink.port.publish(task.rows, publishedThrough: task.after)
            runner.tell { pipeline, now in
                switch result {
                case .published: pipeline.published(through: last, now: now)
                case .failed(let number, let reason): pipeline.publishFailed(through: number, reason: reason, now: now)
                case .refused(_, let reason), .inDoubt(let reason):
                    pipeline.publishFailed(through: task.after, reason: reason, now: now)
                }
            }
        }
        runner.sink.port.close(deadline: RelayShell.closing)
    }

    private func next() -> PublishTask? {
        runner.mailboxes.withLock { boxes in
            while boxes.publish == nil {
                if boxes.ended { return nil }
                runner.relayWork.wait(&boxes)
            }
            if boxes.ended { return nil }
            defer { boxes.publish = nil }
            return boxes.publish
        }
    }
}
