/// What tests put between the store and SQLite: it sees the calls that can fail and decides how each ends.
final class SQLiteProbe: Sendable {
    enum Call: Hashable {
        case open
        case execute
        case prepare
        case step
    }

    enum Verdict {
        case proceed
        /// Returns this code and calls nothing.
        case instead(Int32)
        /// Makes the call, then returns this code: an error whose work is done.
        case after(Int32)
    }

    /// Called with the call and its SQL (or path) before it is made.
    let decide: @Sendable (Call, String) -> Verdict

    init(decide: @escaping @Sendable (Call, String) -> Verdict) { self.decide = decide }
}
