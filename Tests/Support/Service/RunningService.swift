package import Commands
package import Settings
import Telemetry
package import TradePipeline

/// A service that runs on a thread of its own, in the test's process.
package final class RunningService: Sendable {
    private struct State {
        var servers: String?
        var result: Result<Service.End, any Error>?
    }

    package let log = CapturedLog()
    package let service: Service
    private let state = Monitor(State())
    private let changed: Monitor<State>.Condition

    package init(_ configuration: Configuration, _ rules: any RuleEngine = TradeRules(), watchdogBound: Double = 30) {
        let logger = Logger(label: "test", level: .debug, handler: log)
        let service = Service(configuration: configuration, logger: logger, rules: rules, watchdogBound: watchdogBound)
        let state = state
        let changed = state.makeCondition()
        self.service = service
        self.changed = changed
        _ = OwnedThread(name: "service") {
            let result = Result {
                try service.run { servers in
                    state.withLock { $0.servers = servers }
                    changed.broadcast()
                }
            }
            state.withLock { $0.result = result }
            changed.broadcast()
        }
    }

    deinit { service.stop() }

    /// The bootstrap servers of its broker, once it runs.
    package var servers: String? { state.withLock { $0.servers } }

    package func waitUntilRunning(seconds: Double = 30) -> Bool {
        let deadline = MonotonicTime.after(seconds: seconds)
        return state.withLock { state in
            while state.servers == nil, state.result == nil {
                if !changed.wait(&state, until: deadline) { return false }
            }
            return state.result == nil
        }
    }

    /// Waits for its end; nil once `seconds` have passed. Throws what its start threw.
    package func waitUntilEnded(seconds: Double = 60) throws -> Service.End? {
        let deadline = MonotonicTime.after(seconds: seconds)
        let result = state.withLock { state -> Result<Service.End, any Error>? in
            while state.result == nil {
                if !changed.wait(&state, until: deadline) { break }
            }
            return state.result
        }
        return try result?.get()
    }

    /// Stops it and waits for its end.
    @discardableResult
    package func stop() throws -> Service.End? {
        service.stop()
        return try waitUntilEnded()
    }
}
