import Telemetry
import TradeContracts
import TradeCore

/// A worker's thread: evaluates passes on their snapshots. A slow one holds up its key and itself, nothing else.
final class WorkerShell: @unchecked Sendable {
    /// The most passes that are taken at once, and how many are not worth sharing.
    private static let batch = 64
    private static let smallBatch = 16

    private let runner: PipelineRunner
    private let rules: any RuleEngine
    private let workers: Int
    private let evaluator: PassEvaluator
    private let encoder: OutputEncoder
    private let activity: Activity

    init(runner: PipelineRunner, rules: any RuleEngine, topics: TopicNames, workers: Int, activity: Activity) {
        encoder = OutputEncoder(topics: topics)
        self.activity = activity
        self.runner = runner
        self.rules = rules
        self.workers = workers
        evaluator = PassEvaluator(rules: rules)
    }

    func run() {
        while let tasks = next() {
            // Each answer is told before a slow task behind it could hold it up.
            let answers = activity.during(WorkerShell.description(of: tasks)) {
                tasks.map { evaluator.evaluate($0) }
            }
            runner.tell(encoder: encoder) { pipeline, now in pipeline.evaluated(answers, now: now) }
        }
    }

    private static func description(of tasks: [PassTask]) -> String {
        "evaluates \(tasks.count == 1 ? "a pass" : "\(tasks.count) passes") of "
            + tasks.prefix(3).map(\.key.description).joined(separator: ", ")
    }

    private func next() -> [PassTask]? {
        runner.mailboxes.withLock { boxes in
            while boxes.evaluations.isEmpty {
                if boxes.ended { return nil }
                runner.workerWork.wait(&boxes)
            }
            if boxes.ended { return nil }
            var tasks: [PassTask] = []
            let fairShare = boxes.evaluations.count / (2 * workers)
            let share = rules.mayBlock ? 1 : min(WorkerShell.batch, max(WorkerShell.smallBatch, fairShare))
            tasks.reserveCapacity(share)
            while tasks.count < share, let task = boxes.evaluations.removeFirst() { tasks.append(task) }
            return tasks
        }
    }
}
