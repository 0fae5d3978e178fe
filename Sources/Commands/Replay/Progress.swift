import Telemetry

/// How far a command is: a bar on a terminal, otherwise a line every few seconds. Nothing of a command that is quickly done.
struct Progress {
    /// Seconds between updates.
    private static let onTerminal = 0.2
    private static let inLines = 3.0
    private static let width = 30

    private let what: String
    private let context: CommandContext
    private let start = MonotonicTime.now
    private var next: UInt64
    private var isShown = false

    /// `what`: what is counted.
    init(_ what: String, _ context: CommandContext) {
        self.what = what
        self.context = context
        next = MonotonicTime.after(seconds: context.terminal == nil ? Progress.inLines : Progress.onTerminal)
    }

    /// Seconds since the start.
    var seconds: Double { Double(MonotonicTime.now &- start) / 1e9 }

    /// Shows the state, if it is time to.
    mutating func show(_ count: Int64, _ part: Double?) {
        guard MonotonicTime.now >= next else { return }
        next = MonotonicTime.after(seconds: context.terminal == nil ? Progress.inLines : Progress.onTerminal)
        let rate = Int64(Double(count) / max(seconds, 0.001))
        let text = "\(part.map { "\(Int($0 * 100)) %, " } ?? "")\(count) \(what), \(rate) a second"
        guard let terminal = context.terminal else {
            context.note(text)
            return
        }
        isShown = true
        var bar = ""
        if let part {
            let done = min(Progress.width, Int(part * Double(Progress.width)))
            bar = "[\(String(repeating: "#", count: done))\(String(repeating: "-", count: Progress.width - done))] "
        }
        terminal("\r\u{1B}[K" + bar + text)
    }

    /// Takes the bar away.
    mutating func end() {
        if isShown { context.terminal?("\r\u{1B}[K") }
        isShown = false
    }
}
