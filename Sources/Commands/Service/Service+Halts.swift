import Telemetry
import TradeCore
import TradePipeline
import TradeStore

// Halts (R93), at any time: also while the service starts.
extension Service {
    func listen(beside store: SQLiteStore) -> ControlServer? {
        do {
            return try ControlServer(path: ControlServer.path(ofStore: store.path)) { [self] request in
                logger.notice(
                    "\(request.order.rawValue) was asked for", metadata: ["reason": .text(request.reason)])
                switch change(request.change(at: SystemTime.moment.wall)) {
                case .inForce: return ControlAnswer(outcome: .inForce)
                case .stopping: return ControlAnswer(outcome: .stopping)
                case .notDurable:
                    return ControlAnswer(
                        outcome: .notDurable, message: "it holds in this process, but the store has not taken it yet")
                }
            }
        } catch {
            logger.error("No socket beside the store, so `halt` works only while the service does not run: \(error)")
            return nil
        }
    }

    func sayHalts(_ store: SQLiteStore) {
        guard let halts = try? store.halts() else { return }
        for halt in halts { logger.warning("In force: \(halt.message)") }
    }

    /// While it starts nothing settles, and the store is this thread's.
    func carryOutOrders(_ store: SQLiteStore) {
        let orders = takeOrders()
        for order in orders {
            let result = store.commit(order.change)
            // What was refused or is in doubt is not in force; whoever asked asks again.
            // Until it is settled nothing else can be asked of the store.
            if case .inDoubt = result { _ = try? whenStoreCan { try store.recover() } }
            state.withLock { _ in order.result = result == .committed ? .inForce : .notDurable }
        }
        if !orders.isEmpty { changed.broadcast() }
    }

    func takeOrders() -> [Order] {
        state.withLock { state in
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// From here on the runner takes what comes; what came while it was made it gets first.
    func run(_ runner: PipelineRunner) {
        let orders = state.withLock { state in
            state.phase = .running(runner)
            defer { state.orders = [] }
            return state.orders
        }
        for order in orders {
            let result = runner.change(order.change, until: MonotonicTime.after(seconds: 5))
            state.withLock { _ in order.result = result }
        }
        changed.broadcast()
    }
}
