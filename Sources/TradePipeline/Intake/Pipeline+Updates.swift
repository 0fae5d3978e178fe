import TradeContracts
package import TradeCore

// Order updates and reference data, in the order in which they stand in their partitions.
extension Pipeline {
    func takeUpdate(_ record: IntakeRecord, _ update: OrderUpdate) {
        guard let expert = experts[update.expert], let position = position(of: update, expert, record) else {
            counters.updatesIgnored += 1
            note(.updateIgnored(update.expert, order: update.order, record.decoded.address))
            enqueue(.record(record), Changes(position: record.position), expert: experts[update.expert])
            return
        }
        let other = expert.active[position.symbol].map { $0 != position.number } ?? false
        var changes = Changes(position: record.position)
        switch TradeManager.apply(update, to: position, symbolHasOtherActive: other) {
        case .changed(let changed):
            if replace(changed, of: expert) {
                changes.positions = [changed]
                counters.updatesApplied += 1
            } else {
                report(update, "position \(position.id): the money that it binds is out of range")
            }
        case .unchanged:
            counters.updatesApplied += 1
        case .reported(let message):
            report(update, message)
        }
        enqueue(.record(record), changes, expert: expert)
    }

    private func report(_ update: OrderUpdate, _ message: String) {
        counters.updatesReported += 1
        note(.updateReported(update.expert, order: update.order, message))
    }

    private func position(of update: OrderUpdate, _ expert: ExpertState, _ record: IntakeRecord) -> Position? {
        guard let order = update.order else { return nil }
        if let number = expert.orders[order] { return expert.positions[number] }
        if let ended = ended(order, record) { return ended.expert == expert.id ? ended : nil }
        guard let answer = record.positionAnswer, let position = answer, position.expert == expert.id else {
            return nil
        }
        return position
    }

    // A position that has ended is in memory no more, and the store may not know of its end yet. As with identities: what is
    // durable is written down on the record, what is queued is kept by a ticket.
    private func ended(_ order: UniqueID, _ record: IntakeRecord) -> Position? {
        guard let position = recentEndings.value(of: order) else { return nil }
        if recentEndings.state(of: order) == .durable {
            record.positionAnswer = .some(position)
        } else {
            record.tickets.append(tickets.open())
        }
        return position
    }

    func takeReference(_ record: IntakeRecord, _ change: ReferenceChange) {
        let offset = record.decoded.address.offset
        // The topic is read from its beginning whenever it is assigned; what was read before says nothing new, and a key that
        // has been deleted since must not come back in between.
        guard offset >= referenceRead else { return }
        referenceRead = offset + 1
        guard reference.isNewer(change.key, offset: offset, deletes: change.value == nil) else { return }
        let write = ReferenceWrite(change: change, origin: .topic(offset: offset))
        enqueueReference(.record(record), write)
    }

    /// What a reference file sets. Takes effect when the reference topic has been read (R87).
    package func loadReferenceFile(_ changes: [ReferenceChange]) { referenceFile = changes }

    /// Once the reference topic has been read to its end: the file's part, what has gone from the topic (R98), and the passes
    /// that a crash left.
    func completeReference(_ now: Moment) {
        guard !referenceReady, !stopping, recovery == nil, queue.isWorking, let end = referenceEnd else { return }
        if end > 0 {
            let partition = partitions.values.first { $0.id.topic == .reference }
            guard let partition,
                partition.nextIntake >= end || partition.waiting.isEmpty && (partition.knownEnd ?? 0) >= end
            else { return }
        }
        let writes = reference.changes(ofFile: referenceFile) + reference.changesAfterFullRead()
        for write in writes {
            enqueueReference(.reference(write), write)
        }
        referenceReady = true
        note(
            .referenceComplete(
                experts: reference.experts.count, accounts: reference.accounts.count,
                rulesets: reference.rulesets.count))
        startSweep(now)
        drainAll(now)
    }

    /// Applies a change and queues it: it holds for every pass that settles from now on.
    func enqueueReference(_ intent: CommitIntent, _ write: ReferenceWrite) {
        counters.referenceChanges += 1
        note(.referenceChanged(write.change.key, warnings: write.change.warnings))
        let before = reference.apply(write)
        enqueue(intent, Changes(reference: [write]), replaced: before)
    }
}
