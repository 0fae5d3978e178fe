import TradeContracts
import TradeCore

/// Why an entry is in the queue: enough to make it anew where the store has refused one before it.
enum CommitIntent {
    /// A record was taken in: its input position goes with it.
    case record(IntakeRecord)
    case pass(Pass)
    /// An event was dropped because its key was busy.
    case drop(EventHandle, KeyState, heldBy: Int64, covered: Bool, at: Timestamp)
    /// A change of reference data that no record of a partition with a position brought.
    case reference(ReferenceWrite)
    /// An operator halts or resumes; `before`: what was halted until then.
    case halt(HaltChange, ticket: Int64, before: HaltTable)
    case relayMark(Int64)
    /// What the store knows of the relay besides its mark.
    case relayNote(RelayNote)
    /// An order is not published; what takes its place goes with it.
    case withdrawal(WithdrawnOrder)
}

/// An entry in the queue: an object, because it is large and handed on several times.
final class QueuedEntry {
    let changes: ChangeSet
    let intent: CommitIntent
    /// The expert whose state the entry changes.
    let expert: ExpertState?
    /// The reference data that the entry replaces in memory.
    let replaced: ReferenceWrite?

    init(changes: ChangeSet, intent: CommitIntent, expert: ExpertState?, replaced: ReferenceWrite?) {
        self.changes = changes
        self.intent = intent
        self.expert = expert
        self.replaced = replaced
    }
}

/// The one ordered list of what becomes durable (design §1): entries wait, a group of them is with the writer, the group's end
/// says what follows. A state machine.
struct CommitQueue {
    enum Phase: Hashable {
        /// The writer is idle, or has the first `sent` entries.
        case working
        /// The same group is tried again at this time (design §4, *unavailable*).
        case unavailable(retryAt: Int64)
        /// The writer finds out what is durable.
        case inDoubt
        /// It could not, and tries again at this time.
        case doubtful(retryAt: Int64)
        /// An entry was refused: what it and those behind it touched is being read again.
        case recovering
    }

    private(set) var entries = Queue<QueuedEntry>()
    var phase = Phase.working
    /// Entries that the writer has, counted from the first.
    private(set) var sent = 0
    /// The number of the last durable entry.
    private(set) var durable: Int64
    /// Failures in a row, for the backoff.
    var failures = 0

    init(lastCommit: Int64) { durable = lastCommit }

    /// The number that the next entry gets.
    var nextNumber: Int64 { durable + Int64(entries.count) + 1 }
    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var isWorking: Bool { phase == .working }

    /// Whether the store may have this as its last entry: a durable one is never lost, and what was not queued is not ours.
    func mayEnd(at number: Int64) -> Bool { number >= durable && number < nextNumber }

    mutating func append(_ entry: QueuedEntry) { entries.append(entry) }

    /// The next group for the writer; empty while it has one, or while nothing may be sent.
    mutating func nextGroup(limit: Int) -> [ChangeSet] {
        phase == .working ? trial(limit: limit) : []
    }

    /// The same entries again, to find out whether the store is available by now; the phase stays as it is until the answer.
    mutating func trial(limit: Int) -> [ChangeSet] {
        guard sent == 0 else { return [] }
        let group = entries.prefix(limit) { $0.changes }
        sent = group.count
        return group
    }

    /// Entries up to this number are durable: they leave the queue. What the writer had beyond them it has no longer.
    mutating func finish(through number: Int64) -> [QueuedEntry] {
        var finished: [QueuedEntry] = []
        finished.reserveCapacity(Int(clamping: min(Int64(entries.count), max(0, number - durable))))
        // Numbers have no gaps, so that no entry has to be looked at.
        while durable < number, let first = entries.removeFirst() {
            finished.append(first)
            durable += 1
        }
        sent = 0
        return finished
    }

    /// The group is no longer with the writer.
    mutating func takeBack() { sent = 0 }

    /// All that is queued, to be made anew.
    mutating func removeAll() -> [QueuedEntry] {
        let rest = entries.elements
        entries.removeAll()
        sent = 0
        return rest
    }
}
