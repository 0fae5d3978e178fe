/// A place in the table: what a caller keeps of its key.
package struct LockSlot: Hashable, Sendable {
    fileprivate let index: Int32
}

/// The try-locks, one a key (design §4). A state machine: no threads, no clock, no blocking; the caller tells the time.
///
/// A key is free, or held by one run. A run is numbered when it begins, higher than every one before it (G1: the fencing token).
/// What finds the key busy waits or is dropped, by the policy; a drop that promises coverage marks the key dirty in the same
/// step. Every end of a run is one step, too: the next waiter begins, or the run makes another pass because the key is dirty,
/// or the key is free. So there is no moment in which a wake-up could be lost (G2).
///
/// The table knows nothing of what it locks. A try with its release takes nanoseconds: keys are found once, then by slot.
package struct LockTable<Key: Hashable, Waiter> {
    /// How a request ended.
    package enum Attempt {
        /// The key was free; this run holds it.
        case acquired(run: Int64)
        /// The key is busy; the waiter is kept until the key is free or its wait is over.
        case waits
        /// The key is busy and the request is dropped. `covered`: another pass is promised that begins after this moment.
        case dropped(heldBy: Int64, covered: Bool, Waiter)
    }

    /// What follows the end of a run, decided in one step.
    package enum Exit {
        /// The oldest waiter holds the key now, with a run of its own.
        case next(Waiter, run: Int64)
        /// Nobody waited but somebody was dropped with a promise: the same run goes on with another pass.
        case again
        /// The key is free.
        case released
    }

    /// A wait that is over.
    package struct Expiry {
        package let slot: LockSlot
        package let heldBy: Int64
        package let covered: Bool
        package let waiter: Waiter
    }

    // In an order that leaves no gaps: an idle key takes its slot and its place in the index.
    private struct Slot {
        var key: Key
        var held = false
        var dirty = false
        var waiting: Int32 = 0
        var firstWaiter: Int32 = -1
        var lastWaiter: Int32 = -1
        /// The last run that was given out.
        var run: Int64
    }

    private struct Node {
        var waiter: Waiter?
        var slot: Int32
        var next: Int32
        /// Told apart from a later use of the same node.
        var ticket: UInt64
    }

    private struct Deadline {
        var at: Int64
        var node: Int32
        var ticket: UInt64
    }

    private let policy: LockPolicy
    private var index = LockIndex()
    private var slots: [Slot?] = []
    private var freeSlots: [Int32] = []
    private var nodes: [Node] = []
    private var freeNodes: [Int32] = []
    // Every wait has the same length, so deadlines come in order: a queue, and what is over already is passed by lazily.
    private var deadlines: Queue<Deadline> = Queue()
    private var tickets: UInt64 = 0
    /// Whether waits do not run out now.
    package private(set) var waitsSuspended = false

    package init(policy: LockPolicy) { self.policy = policy }

    /// Keys in the table.
    package var count: Int { index.count }

    /// The slot of a key, made where there is none; `lastRun` is the highest run number given out before, 0 for none.
    package mutating func slot(of key: Key, lastRun: Int64) -> LockSlot {
        let hash = key.hashValue
        if let known = index.find(hash, where: { slots[Int($0)]?.key == key }) { return LockSlot(index: known) }
        let place: Int32
        if let reused = freeSlots.popLast() {
            place = reused
            slots[Int(place)] = Slot(key: key, run: lastRun)
        } else {
            place = Int32(slots.count)
            // Doubling would leave up to half of the room unused: as much for each key as it needs itself.
            if slots.count == slots.capacity { slots.reserveCapacity(slots.count + slots.count / 8 + 16) }
            slots.append(Slot(key: key, run: lastRun))
        }
        let known = slots
        index.insert(place, hash) { known[Int($0)]?.key.hashValue ?? 0 }
        return LockSlot(index: place)
    }

    /// Whether a run holds the key.
    package func isHeld(_ slot: LockSlot) -> Bool { slots[Int(slot.index)]?.held ?? false }

    /// Whether a pass is promised to somebody who was dropped.
    package func isDirty(_ slot: LockSlot) -> Bool { slots[Int(slot.index)]?.dirty ?? false }

    /// How many wait for the key.
    package func waiters(_ slot: LockSlot) -> Int { Int(slots[Int(slot.index)]?.waiting ?? 0) }

    /// Who waits for the key, oldest first, and until when where the wait runs out: for looking at a state, not for the path.
    package func waiting(_ slot: LockSlot) -> [(waiter: Waiter, until: Int64?)] {
        var result: [(waiter: Waiter, until: Int64?)] = []
        var place = slots[Int(slot.index)]?.firstWaiter ?? -1
        while place >= 0 {
            let node = nodes[Int(place)]
            let deadline = deadlines.elements.first { $0.node == place && $0.ticket == node.ticket }
            if let waiter = node.waiter { result.append((waiter, deadline?.at)) }
            place = node.next
        }
        return result
    }

    /// The last run number that was given out for the key.
    package func run(_ slot: LockSlot) -> Int64 { slots[Int(slot.index)]?.run ?? 0 }

    /// Asks for the key: it is taken, or the waiter waits, or is dropped, in one step.
    package mutating func request(_ slot: LockSlot, waiter: Waiter, now: Int64) -> Attempt {
        let place = Int(slot.index)
        guard var state = slots[place] else { return .dropped(heldBy: 0, covered: false, waiter) }
        if !state.held {
            state.held = true
            // The pass that begins now reads all that is queued up to here: the promise is kept by it.
            state.dirty = false
            state.run += 1
            slots[place] = state
            return .acquired(run: state.run)
        }
        let limit = policy.whenBusy == .coalesce ? 1 : policy.queueLimit
        if Int(state.waiting) < limit, policy.wait > 0 || policy.whenBusy == .queue {
            append(waiter, to: &state, at: slot.index, now: now)
            slots[place] = state
            return .waits
        }
        let covered = policy.whenBusy != .skip
        if covered { state.dirty = true }
        slots[place] = state
        return .dropped(heldBy: state.run, covered: covered, waiter)
    }

    /// Takes a free key without a waiter (a retry, the sweep at start); nil where a run holds it: then the key is marked
    /// dirty, so that a pass follows in any case.
    package mutating func take(_ slot: LockSlot) -> Int64? {
        let place = Int(slot.index)
        guard var state = slots[place] else { return nil }
        defer { slots[place] = state }
        if state.held {
            state.dirty = true
            return nil
        }
        state.held = true
        state.dirty = false
        state.run += 1
        return state.run
    }

    /// Clears the promise: called before a pass of the holding run takes its snapshot (G2).
    package mutating func clearDirty(_ slot: LockSlot) { slots[Int(slot.index)]?.dirty = false }

    /// The end of a run, by the run that holds the key; another run's number changes nothing (release by the owner only, G1).
    ///
    /// With `failed` a dirty key is released all the same: the retry that the caller keeps is the promised pass.
    package mutating func finish(_ slot: LockSlot, run: Int64, failed: Bool) -> Exit? {
        let place = Int(slot.index)
        guard var state = slots[place], state.held, state.run == run else { return nil }
        defer { slots[place] = state }
        if let waiter = removeFirst(from: &state) {
            state.dirty = false
            state.run += 1
            return .next(waiter, run: state.run)
        }
        if state.dirty, !failed {
            state.dirty = false
            return .again
        }
        state.dirty = false
        state.held = false
        return .released
    }

    /// Ends the waits that are over at `now`: each is dropped as the policy says, in one step with the mark.
    package mutating func expire(now: Int64) -> [Expiry] {
        guard !waitsSuspended else { return [] }
        var expired: [Expiry] = []
        while let first = deadlines.first, first.at <= now {
            deadlines.removeFirst()
            let node = nodes[Int(first.node)]
            guard node.ticket == first.ticket, node.waiter != nil, var state = slots[Int(node.slot)] else { continue }
            if let waiter = remove(first.node, from: &state) {
                let covered = policy.whenBusy != .skip
                if covered { state.dirty = true }
                expired.append(
                    Expiry(slot: LockSlot(index: node.slot), heldBy: state.run, covered: covered, waiter: waiter))
            }
            slots[Int(node.slot)] = state
        }
        return expired
    }

    /// When the next wait is over; nil where nobody waits, or waits do not run out.
    package mutating func nextDeadline() -> Int64? {
        guard !waitsSuspended else { return nil }
        while let first = deadlines.first {
            if nodes[Int(first.node)].ticket == first.ticket, nodes[Int(first.node)].waiter != nil { return first.at }
            deadlines.removeFirst()
        }
        return nil
    }

    /// Waits do not run out while commits fail (design §4).
    package mutating func suspendWaits(_ suspended: Bool) { waitsSuspended = suspended }

    /// Forgets a key that is free, without waiters and without a promise; false where it is in use. The caller keeps the
    /// run number.
    package mutating func reclaim(_ slot: LockSlot) -> Bool {
        guard let state = slots[Int(slot.index)], !state.held, !state.dirty, state.waiting == 0 else { return false }
        forget(slot.index, state.key)
        slots[Int(slot.index)] = nil
        freeSlots.append(slot.index)
        return true
    }

    private mutating func forget(_ slot: Int32, _ key: Key) {
        let known = slots
        index.remove(slot, key.hashValue) { known[Int($0)]?.key.hashValue ?? 0 }
    }

    // MARK: - Waiters: a linked list a slot, in shared nodes

    private mutating func append(_ waiter: Waiter, to state: inout Slot, at slot: Int32, now: Int64) {
        tickets += 1
        let node = Node(waiter: waiter, slot: slot, next: -1, ticket: tickets)
        let place: Int32
        if let reused = freeNodes.popLast() {
            place = reused
            nodes[Int(place)] = node
        } else {
            place = Int32(nodes.count)
            nodes.append(node)
        }
        if state.lastWaiter >= 0 { nodes[Int(state.lastWaiter)].next = place } else { state.firstWaiter = place }
        state.lastWaiter = place
        state.waiting += 1
        guard policy.whenBusy != .queue else { return }
        let (at, overflow) = now.addingReportingOverflow(policy.wait)
        deadlines.append(Deadline(at: overflow ? .max : at, node: place, ticket: tickets))
    }

    private mutating func removeFirst(from state: inout Slot) -> Waiter? {
        state.firstWaiter >= 0 ? remove(state.firstWaiter, from: &state) : nil
    }

    private mutating func remove(_ place: Int32, from state: inout Slot) -> Waiter? {
        // Waits end in order, so it is nearly always the first one.
        var before: Int32 = -1
        var current = state.firstWaiter
        while current >= 0, current != place {
            before = current
            current = nodes[Int(current)].next
        }
        guard current == place else { return nil }
        let next = nodes[Int(place)].next
        if before >= 0 { nodes[Int(before)].next = next } else { state.firstWaiter = next }
        if next < 0 { state.lastWaiter = before }
        state.waiting -= 1
        let waiter = nodes[Int(place)].waiter
        nodes[Int(place)].waiter = nil
        freeNodes.append(place)
        return waiter
    }
}
