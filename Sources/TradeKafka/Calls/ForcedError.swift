import CRdkafka
import Synchronization

/// An error that a test forces on the n-th call of a function of librdkafka, within a scope and on its thread alone.
///
/// While no scope is open a call costs one relaxed load more.
final class ForcedError: Sendable {
    @TaskLocal private static var current: ForcedError?
    private static let openScopes = Atomic<Int>(0)

    private let name: String
    private let first: Int
    private let last: Int
    private let code: rd_kafka_resp_err_t
    private let calls = Atomic<Int>(0)

    private init(name: String, first: Int, last: Int, code: rd_kafka_resp_err_t) {
        self.name = name
        self.first = first
        self.last = last
        self.code = code
    }

    /// Runs `body`; in it the call of `name` with number `nth` (from 1), and the `times` - 1 after it, end with `code`.
    static func on<Result>(
        _ name: String, nth: Int = 1, times: Int = 1, code: rd_kafka_resp_err_t = RD_KAFKA_RESP_ERR__FAIL,
        body: () throws -> Result
    ) rethrows -> Result {
        openScopes.add(1, ordering: .relaxed)
        defer { openScopes.subtract(1, ordering: .relaxed) }
        let forced = ForcedError(name: name, first: nth, last: nth + times - 1, code: code)
        return try $current.withValue(forced, operation: body)
    }

    /// `body` in the scope of this thread, for another one.
    static func carried<Result>(_ body: @escaping () -> Result) -> () -> Result {
        guard let current else { return body }
        return { $current.withValue(current, operation: body) }
    }

    /// The error that this call has to end with, nil for the call's own end.
    @inline(__always)
    static func hit(_ name: StaticString) -> rd_kafka_resp_err_t? {
        openScopes.load(ordering: .relaxed) == 0 ? nil : hitSlowly(name)
    }

    private static func hitSlowly(_ name: StaticString) -> rd_kafka_resp_err_t? {
        guard let forced = current, forced.name == name.description else { return nil }
        let number = forced.calls.add(1, ordering: .relaxed).newValue
        return forced.first...forced.last ~= number ? forced.code : nil
    }
}
