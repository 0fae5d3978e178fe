import Telemetry

/// The relay's thread: opens the sink, hands rows to it and says what is certain. The only user of the sink.
final class RelayShell: @unchecked Sendable {
    /// Seconds that the sink may take to end.
    private static let closing = 2.0

    private enum Work {
        case open(SinkOpening)
        case publish(PublishTask)
    }

    private let runner: PipelineRunner

    init(runner: PipelineRunner) { self.runner = runner }

    func run() {
        while let work = next() {
            switch work {
            case .open(let opening): open(opening)
            case .publish(let task): publish(task)
            }
        }
        runner.sink.port.close(deadline: RelayShell.closing)
    }

    private func open(_ opening: SinkOpening) {
        CrashPoint.beforeOpening.reached()
        let result = runner.relaying.during("opens the outputs behind row \(opening.mark)") {
            runner.sink.port.open(opening)
        }
        CrashPoint.afterOpening.reached()
        runner.tell { pipeline, now in
            switch result {
            case .opened(let mark): pipeline.sinkOpened(mark: mark, now: now)
            case .unavailable(let reason): pipeline.sinkUnavailable(reason, now: now)
            case .refused(let reason): pipeline.sinkRefused(reason, now: now)
            }
        }
    }

    private func publish(_ task: PublishTask) {
        CrashPoint.beforePublishing.reached()
        let count = task.rows.count
        let result = runner.relaying.during("publishes \(count) rows behind row \(task.after)") {
            runner.sink.port.publish(task.rows, publishedThrough: task.after)
        }
        CrashPoint.afterPublishing.reached()
        runner.tell { pipeline, now in
            switch result {
            case .published: pipeline.published(through: task.rows.last?.number ?? task.after, now: now)
            case .failed(let number, let reason): pipeline.publishFailed(through: number, reason: reason, now: now)
            case .refused(let number, let reason): pipeline.publishRefused(number, reason: reason, now: now)
            case .inDoubt(let reason): pipeline.publishInDoubt(reason, now: now)
            }
        }
    }

    private func next() -> Work? {
        runner.mailboxes.withLock { boxes in
            while boxes.publish == nil, boxes.openSink == nil {
                if boxes.ended { return nil }
                runner.relayWork.wait(&boxes)
            }
            if boxes.ended { return nil }
            if let opening = boxes.openSink.take() { return .open(opening) }
            return boxes.publish.take().map(Work.publish)
        }
    }
}
