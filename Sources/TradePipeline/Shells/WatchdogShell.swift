import Telemetry
import TradeContracts

/// The watchdog's thread: looks once a second how everything stands, says what is stuck, and keeps the health.
final class WatchdogShell: @unchecked Sendable {
    // Unchecked: used by its own thread alone.
    private static let pause = 1.0

    private let runner: PipelineRunner
    private let topics: TopicNames
    private var watchdog: Watchdog
    private var unwell: Set<String> = []

    /// `bound`: seconds that something may stand still.
    init(runner: PipelineRunner, topics: TopicNames, bound: Double) {
        self.runner = runner
        self.topics = topics
        watchdog = Watchdog(bound: Int64(max(0.001, bound) * 1e9))
    }

    func run() {
        while wait() { look() }
    }

    /// False at the end.
    private func wait() -> Bool {
        let next = MonotonicTime.after(seconds: WatchdogShell.pause)
        return runner.mailboxes.withLock { boxes in
            while !boxes.ended, runner.watching.wait(&boxes, until: next) {}
            return !boxes.ended
        }
    }

    private func look() {
        let topics = topics
        var all = runner.mailboxes.withLock { $0.pipeline.progress(topics: topics) }
        all += runner.activities.map(\.progress)
        for news in watchdog.observe(all, now: runner.clock().monotonic) {
            switch news {
            case .stuck(let progress, let span):
                runner.log.stuck(progress, for: span)
                unwell.insert(progress.name)
                runner.health.set(
                    progress.name, isOK: false,
                    message: "it has not got on for \(span / 1_000_000_000) s: \(progress.doing)")
            case .goesOn(let name, let span):
                runner.log.goesOn(name, after: span)
                unwell.remove(name)
                runner.health.remove(name)
            }
        }
        for progress in all where progress.name == "store" || progress.name == "relay" {
            guard !unwell.contains(progress.name) else { continue }
            runner.health.set(progress.name, isOK: progress.trouble == nil, message: progress.trouble ?? "")
        }
    }
}
