import Foundation
import Telemetry
import TradeContracts

/// The writer's thread: encodes the rows of a group that nobody has encoded yet, commits it, and says how that ended. The only
/// user of the store.
final class WriterShell: @unchecked Sendable {
    private let runner: PipelineRunner
    private let store: any Store
    private let encoder: OutputEncoder

    init(runner: PipelineRunner, store: any Store, topics: TopicNames) {
        self.runner = runner
        self.store = store
        encoder = OutputEncoder(topics: topics)
    }

    private enum Work {
        case commit([ChangeSet])
        case recover
    }

    func run() {
        while let work = next() {
            switch work {
            case .commit(let group): commit(group)
            case .recover: recover()
            }
        }
    }

    private func next() -> Work? {
        runner.mailboxes.withLock { boxes in
            while boxes.commit.isEmpty, !boxes.recoverStore {
                if boxes.ended { return nil }
                runner.writerWork.wait(&boxes)
            }
            if boxes.recoverStore {
                boxes.recoverStore = false
                return .recover
            }
            defer { boxes.commit = [] }
            return .commit(boxes.commit)
        }
    }

    private func commit(_ group: [ChangeSet]) {
        guard let last = group.last?.number else { return }
        for entry in group {
            // One that another thread is at is done at once, and that thread may want this processor.
            for row in entry.rows { while !row.encode(encoder.encode) { sched_yield() } }
        }
        CrashPoint.beforeCommit.reached()
        let first = group.first?.number ?? last
        let result = runner.writing.during("commits entries \(first) to \(last)") { store.commit(group) }
        CrashPoint.afterCommit.reached()
        runner.tell { pipeline, now in
            switch result {
            case .committed:
                pipeline.acknowledged(through: last, now: now)
                // Where nothing else is to be written there is time.
                if pipeline.actions.commit.isEmpty { pipeline.followCommits(now) }
            case .refused(let number, let reason): pipeline.refused(number, reason: reason, now: now)
            case .unavailable(let reason): pipeline.storeUnavailable(reason, now: now)
            case .inDoubt(let reason): pipeline.storeInDoubt(reason, now: now)
            }
        }
    }

    private func recover() {
        let result = runner.writing.during("opens the store anew") { Result { try store.recover() } }
        runner.tell { pipeline, now in
            switch result {
            case .success(let last): pipeline.storeRecovered(lastCommit: last, now: now)
            case .failure(let error): pipeline.storeUnavailable("\(error)", now: now)
            }
        }
    }
}
