/// Keeps a trouble that repeats from being told more than once a minute. Pure.
struct ToldTroubles {
    private static let interval = Duration.seconds(60)
    private static let limit = 64
    private var times: [String: ContinuousClock.Instant] = [:]

    /// Whether this text is to be told now.
    mutating func isNews(_ text: String, now: ContinuousClock.Instant) -> Bool {
        if let last = times[text], now - last < Self.interval { return false }
        if times.count >= Self.limit { times.removeAll() }
        times[text] = now
        return true
    }
}
