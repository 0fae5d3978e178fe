import Support

/// One step of an exhaustive exploration.
enum Move: Hashable, Sendable {
    case deliver(Int32)
    case load(Int)
    case evaluate(Int, fails: Bool)
    case commit(PipelineHarness.CommitAnswer)
    case follow
    case recover(opens: Bool)
    case timer
    case revoke
    case assign
    case stop
    case crash

    /// Whether the store answers, or is another process's: what is queued may change by that.
    var answersForStore: Bool {
        switch self {
        case .load, .commit, .follow, .recover, .crash: true
        case .deliver, .evaluate, .timer, .revoke, .assign, .stop: false
        }
    }
}
