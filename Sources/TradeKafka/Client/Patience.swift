/// How long something is waited for: until a deadline, and after a stop for half a second at most.
struct Patience {
    private var end: ContinuousClock.Instant
    private let isStopping: () -> Bool
    private var isCut = false

    static let afterAStop = Duration.milliseconds(500)

    init(seconds: Double, isStopping: @escaping () -> Bool = { false }) {
        end = .now + .seconds(seconds)
        self.isStopping = isStopping
    }

    /// The same, but `seconds` from now at most.
    func limited(to seconds: Double) -> Patience {
        var result = self
        result.end = min(end, .now + .seconds(seconds))
        return result
    }

    /// What is left, not below 0.
    var remaining: Duration {
        mutating get {
            let now = ContinuousClock.Instant.now
            if !isCut, isStopping() {
                isCut = true
                end = min(end, now + Self.afterAStop)
            }
            return max(.zero, now.duration(to: end))
        }
    }

    var isOver: Bool {
        mutating get { remaining == .zero }
    }

    /// What is left, `limit` at most, for a call of the library: whole milliseconds, rounded up.
    mutating func milliseconds(atMost limit: Int32) -> Int32 {
        min(limit, Int32(clamping: Int((remaining / .milliseconds(1)).rounded(.up))))
    }
}
