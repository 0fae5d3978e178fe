import Telemetry

/// What one of the threads does now, for whoever asks what hangs: a call of the store, of the broker, or a pass.
final class Activity: Sendable {
    private struct State {
        var number: Int64 = 0
        var work: (@Sendable () -> String)?
    }

    private let name: String
    private let state = Lock(State())

    init(_ name: String) { self.name = name }

    /// Runs what `work` describes.
    func during<Result>(_ work: @autoclosure @escaping @Sendable () -> String, _ body: () -> Result) -> Result {
        state.withLock { state in
            state.number += 1
            state.work = work
        }
        defer { state.withLock { $0.work = nil } }
        return body()
    }

    var progress: Progress {
        let (number, work) = state.withLock { ($0.number, $0.work) }
        return Progress(name: name, mark: number, isPending: work != nil, doing: work?() ?? "")
    }
}
