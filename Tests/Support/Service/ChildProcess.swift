import CSpawn
import Foundation
import Telemetry

/// A program that a test runs: its output is kept, it is waited for with deadlines, and it never outlives its object.
///
/// `Foundation.Process` leaks, reaps behind one's back and blocks; this is `posix_spawn` with a thread for each stream and one
/// that waits for the end.
package final class ChildProcess: Sendable {
    package enum Exit: Hashable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openStreams = 2
        var exit: Exit?
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let processID: Int32
    private let state: Monitor<State>
    private let changed: Monitor<State>.Condition

    /// Starts the program with nothing in its environment but `PATH` and `environment`; `input` is its standard input.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String = "/",
        input: [UInt8] = []
    ) throws {
        let state = Monitor(State())
        let changed = state.makeCondition()
        self.state = state
        self.changed = changed
        let (inputEnd, inputWriter) = try ChildProcess.pipe()
        let (outputReader, outputEnd) = try ChildProcess.pipe()
        let (errorsReader, errorsEnd) = try ChildProcess.pipe()
        var variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
        variables["SWIFT_BACKTRACE"] = "enable=no"
        variables.merge(environment) { $1 }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        var pid: pid_t = 0
        let code = cspawn_start(&pid, program, &argv, &envp, folder, inputEnd, outputEnd, errorsEnd)
        for text in argv + envp { free(text) }
        for end in [inputEnd, outputEnd, errorsEnd] { close(end) }
        let child = pid
        processID = child
        guard code == 0 else {
            for end in [inputWriter, outputReader, errorsReader] { close(end) }
            // Without a process there is none to signal at the end: number 0 would be the tests themselves.
            state.withLock { $0.exit = .code(127) }
            throw ChildProcess.Failure(description: "\(program): \(String(cString: strerror(code)))")
        }
        ChildProcess.thread { ChildProcess.write(input, to: inputWriter) }
        ChildProcess.thread { ChildProcess.read(outputReader, into: state, \.output, changed) }
        ChildProcess.thread { ChildProcess.read(errorsReader, into: state, \.errors, changed) }
        ChildProcess.thread {
            _ = cspawn_await(child)
            state.withLock { state in
                var signaled: Int32 = 0
                var value: Int32 = 0
                _ = cspawn_reap(child, &signaled, &value)
                state.exit = signaled != 0 ? .signal(value) : .code(value)
            }
            changed.broadcast()
        }
    }

    deinit { send(SIGKILL) }

    /// Standard output so far.
    package var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    package var outputBytes: [UInt8] { state.withLock { $0.output } }
    /// Standard error so far.
    package var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    package var hasEnded: Bool { state.withLock { $0.exit != nil } }

    /// Sends a signal, unless the process has ended: its number may be another's by then.
    package func send(_ signal: Int32) {
        state.withLock { state in
            if state.exit == nil { kill(processID, signal) }
        }
    }

    /// Waits for the end and for all that was written; nil once `seconds` have passed.
    package func waitForExit(seconds: Double = 30) -> Exit? {
        let deadline = MonotonicTime.after(seconds: seconds)
        return state.withLock { state in
            while state.exit == nil || state.openStreams > 0 {
                if !changed.wait(&state, until: deadline) { return nil }
            }
            return state.exit
        }
    }

    /// Waits until standard error holds a text; false once the process has ended without it or `seconds` have passed.
    package func waitForErrors(_ text: String, seconds: Double = 30) -> Bool {
        wait(for: Array(text.utf8), in: \.errors, seconds: seconds)
    }

    /// The same for standard output.
    package func waitForOutput(_ text: String, seconds: Double = 30) -> Bool {
        wait(for: Array(text.utf8), in: \.output, seconds: seconds)
    }

    private func wait(for text: [UInt8], in stream: KeyPath<State, [UInt8]>, seconds: Double) -> Bool {
        let deadline = MonotonicTime.after(seconds: seconds)
        return state.withLock { state in
            while !state[keyPath: stream].contains(text) {
                if state.exit != nil, state.openStreams == 0 { return false }
                if !changed.wait(&state, until: deadline) { return false }
            }
            return true
        }
    }

    // MARK: - Streams

    private static func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        let code = cspawn_pipe(&ends)
        guard code == 0 else { throw Failure(description: "a pipe: \(String(cString: strerror(code)))") }
        return (ends[0], ends[1])
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.stackSize = 1 << 20
        thread.start()
    }

    private static func read(
        _ descriptor: Int32, into state: Monitor<State>, _ stream: any WritableKeyPath<State, [UInt8]> & Sendable,
        _ changed: Monitor<State>.Condition
    ) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { $0[keyPath: stream] += buffer[..<count] }
            changed.broadcast()
        }
        close(descriptor)
        state.withLock { $0.openStreams -= 1 }
        changed.broadcast()
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        signal(SIGPIPE, SIG_IGN)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
    }
}
