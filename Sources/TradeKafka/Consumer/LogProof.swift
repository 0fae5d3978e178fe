import TradePipeline

/// A record of a partition that was read, to recognise it.
struct LastRecord: Hashable {
    let offset: Int64
    /// `RecordChecksum` of its key and value.
    let checksum: UInt64
}

/// Whether a partition's log is still the one that was read: a record that was read comes again, and is the same. Pure.
///
/// A topic that is deleted and made anew may have grown past our position before anybody looks: to read on there would pass over
/// what stands before it (R99). The protocol's own means against that, the leader's epoch and the topic's id, are not in the
/// library's versions before 2.1, and what a broker answers meanwhile it keeps to itself. So after an error, a new assignment or a
/// silence, reading begins anew at the last record from before.
struct LogProof {
    enum Verdict: Hashable {
        case good
        /// What comes from before reading begins anew.
        case stale
        /// The log is another one.
        case rewritten
    }

    private enum State {
        case proven
        /// Reading has to begin anew; what comes before that is dropped, and comes again.
        case wanted
        /// It has begun so.
        case asked
        case failed
    }

    /// The last record that was delivered.
    private(set) var last: LastRecord?
    /// The one that has to come again.
    private var anchor: LastRecord?
    private var state: State

    /// `last`: what was delivered before, by whoever read the partition for us.
    init(last: LastRecord? = nil) {
        self.last = last
        anchor = last
        state = last == nil ? .proven : .wanted
    }

    var isProven: Bool { state == .proven }
    var hasFailed: Bool { state == .failed }
    /// There is a record to prove it by.
    var isProvable: Bool { anchor != nil || last != nil }

    mutating func delivered(_ record: LastRecord) { last = record }

    /// Something happened after which the log may be another one.
    mutating func doubt() {
        anchor = anchor ?? last
        if anchor != nil, !hasFailed { state = .wanted }
    }

    /// Reading begins anew at `next`; where the library has to begin for that.
    mutating func begin(at next: StartOffset) -> StartOffset {
        switch state {
        case .proven, .failed: return next
        case .wanted, .asked: break
        }
        guard let anchor else { return next }
        state = .asked
        switch next {
        case .offset(let offset) where offset > anchor.offset:
            // With others between the last one and this, nobody knows whether they are of the same log.
            if offset - 1 == last?.offset { return .offset(anchor.offset) }
        case .offset, .beginning: return next
        case .end: break
        }
        forget()
        return next
    }

    /// The log begins here: what lies before is gone, and proves nothing any more.
    mutating func logBegins(at low: Int64) {
        guard let anchor, anchor.offset < low, !hasFailed else { return }
        forget()
    }

    private mutating func forget() {
        last = nil
        anchor = nil
        state = .proven
    }

    /// Looks at a record that has come.
    mutating func judge(_ offset: Int64, checksum: @autoclosure () -> UInt64) -> Verdict {
        switch state {
        case .proven: return .good
        case .wanted, .failed: return .stale
        case .asked:
            guard let anchor, offset >= anchor.offset else { return .good }
            guard offset > anchor.offset || checksum() == anchor.checksum else {
                state = .failed
                return .rewritten
            }
            // Where another one comes first, that one is compacted away.
            self.anchor = nil
            state = .proven
            return .good
        }
    }
}
