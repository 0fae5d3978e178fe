import Dispatch
import Foundation

/// A call of the library that nothing can interrupt, made on a thread of its own so that waiting for it can end before it does.
enum DetachedCall {
    private static let slice = DispatchTimeInterval.milliseconds(50)

    /// What `body` returns; nil where the patience ends first. `body` keeps what it uses alive: it may go on for a while then.
    static func run<Value>(_ patience: inout Patience, _ body: @escaping () -> Value) -> Value? {
        let call = Call(ForcedError.carried(body))
        Thread.detachNewThread { call.run() }
        repeat {
            if call.end.wait(timeout: .now() + slice) == .success { return call.value }
        } while !patience.isOver
        return nil
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
