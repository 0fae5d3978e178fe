import Dispatch
import Foundation

/// A call of the library that nothing can interrupt, made on a thread of its own so that waiting for it can end before it does.
enum DetachedCall {
    /// How waiting for it ended.
    enum End<Value> {
        case returned(Value)
        /// It goes on; the semaphore is signalled once it has returned.
        case open(DispatchSemaphore)
    }

    private static let slice = DispatchTimeInterval.milliseconds(50)

    /// Runs `body`, and waits for it as long as the patience lasts. What it uses it keeps alive.
    static func run<Value>(_ patience: inout Patience, _ body: @escaping () -> Value) -> End<Value> {
        let call = Call(ForcedError.carried(body))
        Thread.detachNewThread { call.run() }
        repeat {
            if call.end.wait(timeout: .now() + slice) == .success, let value = call.value { return .returned(value) }
        } while !patience.isOver
        return .open(call.end)
    }

    /// Unchecked: the thread writes the value before the semaphore is signalled, and the waiting one reads it after that.
    private final class Call<Value>: @unchecked Sendable {
        private var body: (() -> Value)?
        private(set) var value: Value?
        let end = DispatchSemaphore(value: 0)

        init(_ body: @escaping () -> Value) { self.body = body }

        func run() {
            value = body?()
            body = nil
            end.signal()
        }
    }
}
