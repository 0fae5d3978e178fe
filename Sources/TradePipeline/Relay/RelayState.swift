import TradeContracts
import TradeCore

/// What is to be published, in outbox order, and how far it is (design §6). A state machine: only what the sink is certain of
/// counts.
struct RelayState {
    enum Phase: Hashable {
        /// The sink has to be opened, at this time or at once: nothing is known of what it holds.
        case closed(retryAt: Int64?)
        /// The relay opens it.
        case opening
        /// It is open; that something may be published from now on is not durable yet.
        case noting
        case open
        /// It is open, and a clean stop is being written down, or is.
        case ending
        /// What the sink holds is not ours: nothing is published any more.
        case refused
    }

    var phase: Phase
    /// The highest number that is published, or set aside with all before it.
    private(set) var acknowledged: Int64
    /// The highest number that is durable and may be published.
    private(set) var visible: Int64
    /// Rows in memory: the ones right behind `acknowledged`, without a gap, up to `windowEnd`.
    private var window = Queue<PublishableRow>()
    private var windowEnd: Int64
    /// Whether the sink has rows, or may have published some that are not acknowledged.
    private(set) var isInDoubt = false
    /// The last number that the sink had for publishing.
    private var sentThrough: Int64 = 0
    /// Rows up to this number were handed to a sink that can't say whether it published them: they are never withdrawn.
    private(set) var handedThrough: Int64
    /// What `handedThrough` was before the rows that the sink has now.
    private(set) var handedBefore: Int64
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

    /// What is not to be published, queued or durable, until the mark has passed it.
    var withdrawals = WithdrawalTable()
    /// Rows whose withdrawal is under way: nothing from the first of them on is published before that is durable.
    private(set) var withdrawing: [Int64: WithdrawnOrder] = [:]
    /// Rows that are set aside durably, and not passed yet.
    private var setAside: Set<Int64> = []
    /// Orders whose withdrawal came to nothing: they are published.
    private var kept: Set<Int64> = []
    /// What the store says of the relay, queued or durable.
    var note: RelayNote?
    var durableNote: RelayNote?
    /// When the sink's mark is written again, so that it is not forgotten.
    var refreshAt: Int64?

    /// `opens`: whether the sink has to be opened first. `handedThrough`: rows that an earlier start may have published.
    init(mark: Int64, visible: Int64, opens: Bool = false, handedThrough: Int64 = 0) {
        phase = opens ? .closed(retryAt: nil) : .open
        acknowledged = mark
        self.visible = visible
        self.handedThrough = max(mark, handedThrough)
        handedBefore = self.handedThrough
        windowEnd = mark
        durableMark = mark
        queuedMark = mark
    }

    /// Where the store stands.
    init(_ snapshot: StoreSnapshot, opens: Bool) {
        // What an earlier start handed to a plain producer may be published, whatever the marks say.
        let handed = snapshot.relay.map { !$0.isClean && $0.place.delivery == .atLeastOnce } ?? false
        self.init(
            mark: snapshot.relayMark, visible: snapshot.lastOutboxRow, opens: opens,
            handedThrough: handed ? snapshot.lastOutboxRow : 0)
        for withdrawal in snapshot.withdrawals { withdrawals.insert(withdrawal) }
        note = snapshot.relay
        durableNote = snapshot.relay
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
            "\(windowEnd == visible ? "whole" : "behind") window \(window.isEmpty ? "empty" : "filled") sent \(isInDoubt) "
            + "loading \(loading) mark \(acknowledged - durableMark) \(queuedMark - durableMark) phase \(phase) "
            + "withdrawing \(withdrawing.count) \(setAside.count) \(kept.count) \(withdrawals.count)"
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
        passOver()
        if window.isEmpty, windowEnd >= visible { acknowledged = visible }
    }

    /// The sink has answered: rows up to this number are published.
    mutating func published(through number: Int64) {
        isInDoubt = false
        pass(number)
    }

    /// The sink can't say: nothing may be done with what it has before it is opened anew.
    mutating func doubt(retryAt: Int64?) { phase = .closed(retryAt: retryAt) }

    /// The sink is open: rows up to this number are published, and if it knows so none behind it.
    mutating func opened(mark: Int64) {
        isInDoubt = false
        pass(mark)
    }

    private mutating func pass(_ number: Int64) {
        while let first = window.first, first.number <= number { removeFirst(first.number) }
        // The sink may be ahead of the window: what it has published need not be read.
        if number > acknowledged, window.isEmpty {
            acknowledged = min(number, visible)
            windowEnd = max(windowEnd, acknowledged)
        }
        passOver()
    }

    /// Moves on over what is set aside, and forgets what has been passed.
    private mutating func passOver() {
        guard !isInDoubt else { return }
        while let first = window.first, isSetAside(first) { removeFirst(first.number) }
        if window.isEmpty, windowEnd >= visible { acknowledged = max(acknowledged, windowEnd) }
        while let first = ages.first, first.number <= acknowledged { ages.removeFirst() }
    }

    private mutating func removeFirst(_ number: Int64) {
        window.removeFirst()
        acknowledged = number
        setAside.remove(number)
        kept.remove(number)
    }

    private func isSetAside(_ row: PublishableRow) -> Bool {
        row.withdrawn != nil || (!setAside.isEmpty && setAside.contains(row.number))
    }

    // MARK: - The next rows

    /// The next rows for the sink, and those that are to be withdrawn instead: nothing from the first of these on is published
    /// before that is durable. `limit` bounds both, `bytes` the size of what is published; `reason` says why a row is not to be
    /// published.
    mutating func nextPublish(
        limit: Int, bytes: Int = .max, reason: (PublishableRow) -> WithdrawnOrder? = { _ in nil }
    ) -> (task: PublishTask?, withdraw: [WithdrawnOrder]) {
        guard phase == .open, !isInDoubt, retryAt == nil, withdrawing.isEmpty, !window.isEmpty else { return (nil, []) }
        var rows: [PublishableRow] = []
        var withdraw: [WithdrawnOrder] = []
        var size = 0
        for offset in 0..<min(limit, window.count) {
            guard let row = window[offset] else { break }
            if isSetAside(row) { continue }
            if row.number > handedThrough, !kept.contains(row.number), let order = reason(row) {
                withdraw.append(order)
                continue
            }
            guard withdraw.isEmpty else { continue }
            size += row.record.size
            if size > bytes, !rows.isEmpty { break }
            rows.append(row)
        }
        for order in withdraw { withdrawing[order.row] = order }
        guard let last = rows.last?.number else { return (nil, withdraw) }
        isInDoubt = true
        sentThrough = last
        return (PublishTask(after: acknowledged, rows: rows), withdraw)
    }

    /// Nothing but the mark, to be written again.
    mutating func refresh() -> PublishTask {
        isInDoubt = true
        return PublishTask(after: acknowledged, rows: [])
    }

    /// What the sink has it may have published, whatever it says: such rows are never withdrawn.
    mutating func keepHanded() {
        handedBefore = handedThrough
        handedThrough = max(handedThrough, sentThrough)
    }

    /// A row of the window.
    func row(_ number: Int64) -> PublishableRow? {
        for offset in 0..<window.count {
            if let row = window[offset], row.number >= number { return row.number == number ? row : nil }
        }
        return nil
    }

    mutating func withdraw(_ order: WithdrawnOrder) { withdrawing[order.row] = order }

    /// The withdrawal of a row is durable.
    mutating func finishWithdrawal(of row: Int64) {
        guard withdrawing.removeValue(forKey: row) != nil else { return }
        if row > acknowledged { setAside.insert(row) }
        if withdrawing.isEmpty { passOver() }
    }

    /// A row can't be withdrawn any more: it is published.
    mutating func keep(_ row: Int64) {
        guard withdrawing.removeValue(forKey: row) != nil else { return }
        kept.insert(row)
    }

    /// What the durable mark has passed is not needed any more.
    mutating func forgetWithdrawals() {
        withdrawals.removeAll(through: durableMark)
    }
}

extension EncodedRecord {
    /// Bytes, about as they count for a broker.
    fileprivate var size: Int { (key?.count ?? 0) + (value?.count ?? 0) + headers.count + 70 }
}
