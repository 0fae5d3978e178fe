import TradeContracts

/// What is to be published, in outbox order, and how far it is (design §6). A state machine for a sink that publishes at least
/// once: only acknowledged numbers count.
struct RelayState {
    /// The highest number that is acknowledged.
    private(set) var acknowledged: Int64
    /// The highest number that is durable and may be published.
    private(set) var visible: Int64
    /// Rows in memory: the ones right behind `acknowledged`, without a gap, up to `windowEnd`.
    private var window = Queue<PublishableRow>()
    private var windowEnd: Int64
    /// Rows that the sink has, counted from the first of the window.
    private(set) var sent = 0
    /// While rows are read from the store: up to where they were visible when that was asked for.
    private var loadingThrough: Int64?
    var retryAt: Int64?
    var failures = 0
    /// When rows became visible: (highest number, time), oldest first.
    private var ages = Queue<(number: Int64, at: Int64)>()
    /// The mark that the store has.
    var durableMark: Int64
    /// The mark that the store has, or has in its queue.
    var queuedMark: Int64

    init(mark: Int64, visible: Int64) {
        acknowledged = mark
        self.visible = visible
        windowEnd = mark
        durableMark = mark
        queuedMark = mark
    }

    var unpublished: Int64 { visible - acknowledged }
    var oldest: Int64? { ages.first?.at }
    /// Whether everything visible is acknowledged.
    var isDrained: Bool { acknowledged >= visible }

    /// Rows became durable; they are kept in memory as far as the window reaches.
    mutating func append(_ rows: [PublishableRow], limit: Int, now: Int64) {
        guard let last = rows.last, last.number > visible else { return }
        // Only where nothing is missing between the window and these rows may they follow it.
        let contiguous = windowEnd == visible && loadingThrough == nil
        visible = last.number
        ages.append((last.number, now))
        guard contiguous else { return }
        for row in rows {
            if window.count >= limit { return }
            window.append(row)
            windowEnd = row.number
        }
    }

    /// Where the window stands to what is visible, and what is under way; how many rows there are says nothing of what follows.
    var summary: String {
        let loading = loadingThrough.map { $0 == visible ? "all" : "some" } ?? "nothing"
        return
            "\(windowEnd == visible ? "whole" : "behind") window \(window.isEmpty ? "empty" : "filled") sent \(sent > 0) "
            + "loading \(loading) mark \(acknowledged - durableMark) \(queuedMark - durableMark)"
    }

    /// At start: rows that an earlier start left.
    mutating func noteBacklog(now: Int64) {
        if !isDrained { ages.append((visible, now)) }
    }

    /// Where to read on in the store; nil where the window suffices.
    mutating func nextLoad(limit: Int) -> LoadRequest? {
        guard loadingThrough == nil, window.isEmpty, windowEnd < visible else { return nil }
        loadingThrough = visible
        return .outbox(after: windowEnd, limit: limit)
    }

    mutating func loaded(_ rows: [PublishableRow]) {
        guard let through = loadingThrough else { return }
        loadingThrough = nil
        for row in rows where row.number > windowEnd && row.number <= visible {
            window.append(row)
            windowEnd = row.number
        }
        // Numbers may have gaps, but what the store did not have up to there does not exist; what came since may.
        if rows.isEmpty { windowEnd = max(windowEnd, through) }
        if window.isEmpty, windowEnd >= visible { acknowledged = visible }
    }

    mutating func nextPublish(limit: Int) -> PublishTask? {
        guard sent == 0, retryAt == nil, !window.isEmpty else { return nil }
        var rows: [PublishableRow] = []
        while rows.count < limit, let row = window[rows.count] { rows.append(row) }
        sent = rows.count
        return PublishTask(after: acknowledged, rows: rows)
    }

    /// The sink has answered: rows up to this number are acknowledged.
    mutating func published(through number: Int64) {
        sent = 0
        while let first = window.first, first.number <= number {
            window.removeFirst()
            acknowledged = first.number
        }
        if window.isEmpty, windowEnd >= visible { acknowledged = max(acknowledged, windowEnd) }
        while let first = ages.first, first.number <= acknowledged { ages.removeFirst() }
    }
}
