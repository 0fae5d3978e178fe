import Telemetry

/// The reader's thread: answers the pipeline's questions to the store, on a connection of its own.
final class ReaderShell: @unchecked Sendable {
    /// Seconds before a question that could not be answered is asked again.
    private static let pause = 0.1

    private let runner: PipelineRunner
    private let queries: any Queries

    init(runner: PipelineRunner, queries: any Queries) {
        self.runner = runner
        self.queries = queries
    }

    func run() {
        var open: [Load] = []
        var complained = false
        while true {
            let retryAt = open.isEmpty ? nil : MonotonicTime.after(seconds: ReaderShell.pause)
            guard take(&open, retryAt: retryAt) else { return }
            var answers: [(number: Int64, answer: LoadAnswer)] = []
            var failure: (any Error)?
            while failure == nil, answers.count < open.count {
                let load = open[answers.count]
                switch runner.reading.during("asks the store: \(load.request)", { ask(load.request) }) {
                case .success(let answer): answers.append((load.number, answer))
                case .failure(let error): failure = error
                }
            }
            open.removeFirst(answers.count)
            if let failure, !complained { runner.log.readFailed(failure) }
            complained = failure != nil
            if !answers.isEmpty { runner.tell { pipeline, now in pipeline.loaded(answers, now: now) } }
        }
    }

    private func ask(_ request: LoadRequest) -> Result<LoadAnswer, any Error> {
        Result { try queries.answer(request) }
    }

    // With open questions: waits until it is time to ask them again; otherwise for new ones. False at the end.
    private func take(_ open: inout [Load], retryAt: UInt64?) -> Bool {
        runner.mailboxes.withLock { boxes in
            while boxes.loads.isEmpty, !boxes.ended {
                if !runner.readerWork.wait(&boxes, until: retryAt) { break }
            }
            open += boxes.loads
            boxes.loads = []
            return !boxes.ended
        }
    }
}
