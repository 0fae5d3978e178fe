import TradeContracts
import TradeCore

// What the writer answers: durable, refused, unavailable, in doubt (design §4, "When the store fails").
extension Pipeline {
    /// Entries up to this number are durable, and the writer gets its next group at once.
    ///
    /// What follows from that for locks, offsets and the relay is done by `followCommits`, which takes longer and may be another
    /// thread's work. Until then everything stands as if the writer were still at it.
    package func acknowledged(through number: Int64, now: Moment) {
        guard queue.phase == .working, queue.failures == 0 else { return committed(through: number, now: now) }
        finishEntries(now)
        unfollowed = queue.finish(through: number)
        advance(now)
    }

    /// Whether entries were acknowledged and what follows is still to be done, soon.
    package var mustFollowCommits: Bool { !unfollowed.isEmpty }

    /// Does what follows from the entries that were acknowledged.
    package func followCommits(_ now: Moment) {
        guard !unfollowed.isEmpty else { return }
        finishEntries(now)
        storeWorks(now)
        advance(now)
    }

    /// Entries up to this number are durable, and all that follows from that is done.
    package func committed(through number: Int64, now: Moment) {
        if queue.failures > 0 || queue.phase != .working { note(.storeAvailable) }
        if queue.phase != .recovering { queue.phase = .working }
        queue.failures = 0
        finishEntries(through: number, now: now)
        storeWorks(now)
        advance(now)
    }

    /// Entries before this one are durable; it was refused, and it and all behind it have left no trace.
    package func refused(_ number: Int64, reason: String, now: Moment) {
        finishEntries(now)
        counters.refusals += 1
        note(.entryRefused(number: number, reason: reason))
        if queue.phase != .working { note(.storeAvailable) }
        // From here on passes that begin are held: what they would read is about to be read again.
        queue.phase = .recovering
        if number > queue.durable + 1 { queue.failures = 0 }
        finishEntries(through: number - 1, now: now)
        recover(reason: reason, now: now)
        advance(now)
    }

    /// Nothing of the group is durable; the same is tried again, without limit.
    package func storeUnavailable(_ reason: String, now: Moment) {
        finishEntries(now)
        note(.storeUnavailable(reason))
        queue.takeBack()
        let at = pauseStore(now)
        switch queue.phase {
        case .inDoubt, .doubtful: queue.phase = .doubtful(retryAt: at)
        default: queue.phase = .unavailable(retryAt: at)
        }
        locks.suspendWaits(true)
        finishRevocation()
        advance(now)
    }

    /// Whether the group is durable is not known: the writer opens the store anew and says.
    package func storeInDoubt(_ reason: String, now: Moment) {
        finishEntries(now)
        note(.storeInDoubt(reason))
        queue.phase = .inDoubt
        locks.suspendWaits(true)
        actions.recoverStore = true
        finishRevocation()
        advance(now)
    }

    /// After doubt: the store is open and this is its last durable entry.
    package func storeRecovered(lastCommit: Int64, now: Moment) {
        guard queue.phase == .inDoubt else { return }
        guard queue.mayEnd(at: lastCommit) else {
            storeUnavailable(
                "its last entry is \(lastCommit), ours \(queue.durable): entries are lost, or it is another store",
                now: now)
            return
        }
        if lastCommit > queue.durable {
            queue.phase = .working
            queue.failures = 0
            note(.storeAvailable)
            finishEntries(through: lastCommit, now: now)
            storeWorks(now)
        } else {
            queue.takeBack()
            tryAgainAfterDoubt(now)
        }
        advance(now)
    }

    // Nothing of the group is durable: at once the first time; where doubt follows doubt without a commit in between it waits
    // like any trouble, so that it does not turn in circles.
    private func tryAgainAfterDoubt(_ now: Moment) {
        if queue.failures > 0 {
            queue.phase = .unavailable(retryAt: pauseStore(now))
        } else {
            queue.failures = 1
            queue.phase = .working
            storeWorks(now)
        }
    }

    /// The time to try the store again has come.
    func retryStore(_ now: Moment) {
        switch queue.phase {
        case .unavailable(let at) where at <= now.monotonic && queue.isEmpty:
            queue.phase = .working
            storeWorks(now)
        case .unavailable(let at) where at <= now.monotonic:
            // Nothing new settles until an answer: the same entries go to the writer as a trial.
            if actions.commit.isEmpty { actions.commit = queue.trial(limit: configuration.groupLimit) }
        case .doubtful(let at) where at <= now.monotonic:
            queue.phase = .inDoubt
            actions.recoverStore = true
        default:
            break
        }
    }

    func pauseStore(_ now: Moment) -> Int64 {
        queue.failures += 1
        return soon(failures: queue.failures, now: now)
    }

    /// A failed pass may wait for a minute, what every pass needs may not: once it works again, things go on soon.
    private static let longestPause: Int64 = 5_000_000_000

    /// When the store or the broker is tried again.
    func soon(failures: Int, now: Moment) -> Int64 {
        let (latest, overflow) = now.monotonic.addingReportingOverflow(Pipeline.longestPause)
        return min(retryTime(failures: failures, now: now).at, overflow ? .max : latest)
    }

    /// How long to wait after so many failures in a row, and until when.
    func retryTime(failures: Int, now: Moment) -> (pause: Int64, at: Int64) {
        let pause = configuration.retry.pause(failures: failures, jitter: jitter.next())
        let (at, overflow) = now.monotonic.addingReportingOverflow(pause)
        return (pause, overflow ? .max : at)
    }

    func storeWorks(_ now: Moment) {
        locks.suspendWaits(false)
        resumeHeld(now)
        settleWithdrawals()
        finishRevocation()
        completeReference(now)
        let waiting = partitions.values.reduce(0) { $0 + $1.waiting.count }
        if waiting > configuration.intakeAtCommit {
            intakeDue = now.monotonic
        } else if waiting > 0 {
            drainAll(now)
        }
    }

    private func finishEntries(through number: Int64, now: Moment) {
        finishEntries(now)
        unfollowed = queue.finish(through: number)
        finishEntries(now)
    }

    /// Everything that follows an entry's durability: keys are released or run again, offsets move, rows may be published.
    private func finishEntries(_ now: Moment) {
        if unfollowed.isEmpty { return }
        var finished: [QueuedEntry] = []
        swap(&finished, &unfollowed)
        var rows: [PublishableRow] = []
        var ended: [Pass] = []
        var touched: [PartitionState] = []
        for entry in finished {
            counters.commits += 1
            for row in entry.changes.rows {
                // The writer has encoded what is durable.
                if let encoded = row.encoded {
                    rows.append(PublishableRow(number: row.number, record: encoded, origin: .row(row)))
                }
            }
            entry.expert?.uncommitted -= 1
            // By place here and below: a loop over the elements would copy each of them.
            let positions = entry.changes.positions
            for place in positions.indices where positions[place].status.isTerminal {
                for order in positions[place].orders { recentEndings.markDurable(order.id, tickets) }
            }
            switch entry.intent {
            case .record(let record): finish(record, entry.changes, &touched)
            case .pass(let pass): ended.append(pass)
            case .drop, .reference: break
            case .halt(_, let ticket, _): actions.halted.append(ticket)
            case .relayMark(let mark):
                markQueued = false
                relay.durableMark = mark
                relay.forgetWithdrawals()
            case .relayNote(let note):
                noteQueued = false
                relay.durableNote = note
            case .withdrawal(let withdrawn):
                withdrawn.isQueued = false
                relay.finishWithdrawal(of: withdrawn.row)
            }
            if let expert = entry.expert { noteIdle(expert) }
        }
        for partition in touched { moveOffset(of: partition) }
        forgetSeen()
        relay.append(rows, limit: configuration.publishWindow, now: now.monotonic)
        askForSpilled()
        for pass in ended {
            pass.key.failures = 0
            endRun(pass, failed: false, now: now)
        }
        actions.spent.append(SpentEntries(finished))
    }

    private func finish(_ record: IntakeRecord, _ changes: ChangeSet, _ touched: inout [PartitionState]) {
        let partition = record.partition
        partition.uncommitted -= 1
        uncommittedRecords -= 1
        if changes.event != nil, let identity = record.identity { recentEvents.markDurable(identity, tickets) }
        let recommendations = changes.recommendations
        for place in recommendations.indices {
            recentRecommendations.markDurable(recommendations[place].recommendationKey, tickets)
        }
        closeTickets(record)
        guard let position = changes.position else { return }
        if partition.finished == nil { touched.append(partition) }
        partition.finished = position
    }

    /// The offset of a partition may be moved to behind its last durable record.
    private func moveOffset(of partition: PartitionState) {
        guard let position = partition.finished else { return }
        partition.finished = nil
        durablePositions[partition.id] = position.nextOffset
        // Ours are also those that a stop has closed, and those that went and came back before this was durable.
        if partitions[partition.id] != nil || revoking.contains(where: { $0 === partition }) {
            actions.offsets[partition.id] = position.nextOffset
        }
    }
}
