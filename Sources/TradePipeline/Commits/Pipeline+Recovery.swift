import TradeContracts
import TradeCore

/// After a refusal: what was queued, until all that it touched is read again.
struct Recovery {
    let rest: [QueuedEntry]
    let reason: String
    /// Questions that are not answered.
    var outstanding: Int
}

// The store refused an entry. What it and those behind it changed in memory never was: their experts are forgotten and read
// again, then every intent is made anew in order (design §4, *refused*).
extension Pipeline {
    /// Begins the recovery. The first entry of the queue is the refused one.
    func recover(reason: String, now: Moment) {
        let rest = queue.removeAll()
        epoch += 1
        guard let refused = rest.first else {
            queue.phase = .working
            storeWorks(now)
            return
        }
        outboxNumber = (refused.changes.rows.first?.number ?? firstRow(of: rest) ?? outboxNumber + 1) - 1
        locks.suspendWaits(true)
        var touched: [ExpertState] = []
        for entry in rest {
            withdraw(entry)
            if let expert = entry.expert, expert.phase == .ready {
                expert.forget()
                touched.append(expert)
            }
        }
        // Back to front, so that the oldest value of a key stands in the end.
        for entry in rest.reversed() {
            if let before = entry.replaced { reference.apply(before) }
            if case .halt(_, _, let before) = entry.intent { halts = before }
        }
        holdLoadingPasses()
        recovery = Recovery(rest: rest, reason: reason, outstanding: touched.count)
        for expert in touched {
            load(.expert(expert.id, pendingLimit: configuration.pendingLimit), for: .recoveredExpert(expert))
        }
        finishRecovery(now)
    }

    private func firstRow(of rest: [QueuedEntry]) -> Int64? {
        for entry in rest { if let row = entry.changes.rows.first { return row.number } }
        return nil
    }

    private func withdraw(_ entry: QueuedEntry) {
        entry.expert?.uncommitted -= 1
        switch entry.intent {
        case .record(let record):
            record.partition.uncommitted -= 1
            uncommittedRecords -= 1
        case .relayMark:
            markQueued = false
            relay.queuedMark = relay.durableMark
        case .relayNote:
            noteQueued = false
            relay.note = relay.durableNote
            if relay.phase == .ending { relay.phase = .open }
        case .withdrawal(let withdrawn): withdrawn.isQueued = false
        default: break
        }
        if let withdrawal = entry.changes.relay?.withdrawal { relay.withdrawals.remove(withdrawal) }
        if let event = entry.changes.event { recentEvents.removeQueued(IdentityKey(event.identity)) }
        for pending in entry.changes.recommendations { recentRecommendations.removeQueued(pending.recommendationKey) }
        for position in entry.changes.positions where position.status.isTerminal {
            for order in position.orders { recentEndings.removeQueued(order.id) }
        }
        count(entry.changes, -1)
    }

    /// When everything is read again: makes the intents anew, the refused one as what a refusal makes of it.
    func finishRecovery(_ now: Moment) {
        guard let recovery, recovery.outstanding == 0 else { return }
        self.recovery = nil
        // The phase stays `recovering` until all intents are made anew: a pass that begins in between is held, because its
        // snapshot would miss what stands behind.
        var isSame = false
        for (place, entry) in recovery.rest.enumerated() {
            if place == 0 {
                isSame = refuse(entry, recovery.reason, now: now)
            } else {
                redo(entry, now: now)
            }
        }
        for entry in recovery.rest { if let expert = entry.expert { startSweeps(of: expert, now: now) } }
        if isSame {
            // What is tried again as it was waits like any trouble of the store, so that it does not turn in circles.
            queue.phase = .unavailable(retryAt: pauseStore(now))
            note(.storeUnavailable("it refuses what does not depend on the input: \(recovery.reason)"))
            return
        }
        queue.phase = .working
        storeWorks(now)
    }

    /// What becomes of the entry that the store would not take: a record becomes a dead letter, a pass has failed, and of the
    /// others nothing depends on data from outside. True where the same is tried again.
    private func refuse(_ entry: QueuedEntry, _ reason: String, now: Moment) -> Bool {
        switch entry.intent {
        case .record(let record):
            if case .deadLetter(let letter) = entry.changes.rows.first?.record {
                takeDeadLetter(record, letter.cause)
                return true
            }
            record.event?.refused = true
            record.event = nil
            takeDeadLetter(record, Undecodable(.refused, "the store refused the record: \(reason)"))
            return false
        case .pass(let pass):
            fail(pass, reason: "the store refused it: \(reason)", now: now)
            return false
        case .drop(let event, _, _, _, _):
            redo(entry, now: now)
            return !event.refused
        case .reference, .halt, .relayMark, .relayNote, .withdrawal:
            redo(entry, now: now)
            return true
        }
    }

    private func redo(_ entry: QueuedEntry, now: Moment) {
        switch entry.intent {
        case .record(let record):
            redo(record, entry.changes, now: now)
        case .pass(let pass):
            settle(pass, now: now)
        case .drop(let event, let key, let heldBy, let covered, let at):
            enqueueDrop(event, of: key, heldBy: heldBy, covered: covered, at: at)
        case .reference(let write):
            enqueueReference(.reference(write), write)
        case .halt(let change, let ticket, _):
            enqueueHalt(change, ticket: ticket)
        case .relayMark, .relayNote:
            // The mark follows the acknowledged rows again when the store works, and the note the relay's phase.
            break
        case .withdrawal(let withdrawn):
            if let expert = entry.expert { enqueueWithdrawal(withdrawn, of: expert) }
        }
    }

    private func redo(_ record: IntakeRecord, _ earlier: ChangeSet, now: Moment) {
        // Also one that became a dead letter because of an earlier refusal: it stays one.
        if case .deadLetter(let letter) = earlier.rows.first?.record {
            takeDeadLetter(record, letter.cause)
            return
        }
        switch record.decoded.body {
        case .undecodable(let cause): takeDeadLetter(record, cause)
        case .orderUpdate(let update): takeUpdate(record, update)
        case .reference:
            for write in earlier.reference { enqueueReference(.record(record), write) }
        case .event(let event):
            let before = record.event
            guard let handle = enqueueEvent(record, event, of: experts[event.expert], now: now),
                let key = keyState(event.lockKey)
            else { return }
            guard let before else {
                // It was a duplicate of the one that is refused now.
                request(key, for: handle, now: now)
                return
            }
            // It has its place at the key already, and a pass that is on its way because of it or of the refused one.
            before.reference = handle.reference
            before.broughtNew = handle.broughtNew
            record.event = before
        }
    }
}
