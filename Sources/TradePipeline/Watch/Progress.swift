/// One thing that has to get on: as it stands at a moment.
package struct Progress: Hashable, Sendable {
    /// What it is, the same as long as it is the same: `partition analysis.completed/3`, `pass of expert_7_usecase_enter_market`.
    package var name: String
    /// Changes whenever it gets on.
    package var mark: Int64
    /// There is something to do: without that it may stand still.
    package var isPending: Bool
    /// What it waits for, or does.
    package var doing: String
    /// It is known to be in trouble, however short.
    package var trouble: String?

    package init(name: String, mark: Int64, isPending: Bool, doing: String, trouble: String? = nil) {
        self.name = name
        self.mark = mark
        self.isPending = isPending
        self.doing = doing
        self.trouble = trouble
    }
}

/// Finds out what stands still. Pure: it is told how things stand, and when that is.
package struct Watchdog {
    package enum News: Hashable, Sendable {
        /// It has not got on for so many nanoseconds.
        case stuck(Progress, for: Int64)
        case goesOn(name: String, after: Int64)
    }

    private struct Watched {
        var mark: Int64
        var since: Int64
        var isStuck = false
    }

    private let bound: Int64
    private var watched: [String: Watched] = [:]

    /// `bound`: nanoseconds that something pending may stand still.
    package init(bound: Int64) { self.bound = bound }

    /// What is news since the last time. What is not named any more is over.
    package mutating func observe(_ all: [Progress], now: Int64) -> [News] {
        var news: [News] = []
        var next: [String: Watched] = [:]
        next.reserveCapacity(all.count)
        for progress in all where progress.isPending {
            var one = watched[progress.name] ?? Watched(mark: progress.mark, since: now)
            if one.mark != progress.mark {
                if one.isStuck { news.append(.goesOn(name: progress.name, after: now - one.since)) }
                one = Watched(mark: progress.mark, since: now)
            } else if !one.isStuck, now - one.since >= bound {
                one.isStuck = true
                news.append(.stuck(progress, for: now - one.since))
            }
            next[progress.name] = one
        }
        for (name, one) in watched.sorted(by: { $0.key < $1.key }) where one.isStuck && next[name] == nil {
            news.append(.goesOn(name: name, after: now - one.since))
        }
        watched = next
        return news
    }
}
