package import TradeContracts
import TradeCore

// What the source tells: assignments, records, the end of the reference topic.
extension Pipeline {
    /// Partitions are ours: they are read from the store's positions; the reference topic always from its beginning (R87, G6).
    package func assigned(_ assigned: [TopicPartition], now: Moment) {
        // After the stop nothing of them is to be delivered.
        for id in assigned where partitions[id] == nil && !stopping {
            let position = id.topic == .reference ? nil : positions[id]
            partitions[id] = PartitionState(id: id, position: position)
            // A crash may have come between the store's commit and that of the source (G6).
            if let durable = durablePositions[id] { actions.offsets[id] = durable }
            if let position {
                actions.start[id] = .offset(position)
            } else if let offset = configuration.startOffsets[id] {
                actions.start[id] = .offset(offset)
            } else {
                actions.start[id] = id.topic == .reference || hasPosition(id.topic) ? .beginning : configuration.start
            }
        }
        advance(now)
    }

    /// Partitions go. What of them is taken in becomes durable first; what waits is dropped here and read again by whoever
    /// has them next.
    package func revoked(_ revoked: [TopicPartition], now: Moment) {
        for id in revoked {
            guard let partition = partitions.removeValue(forKey: id) else { continue }
            // What was asked for it and is not done yet would be about what is not ours.
            actions.start[id] = nil
            actions.resume[id] = nil
            actions.pause.removeAll { $0 == id }
            close(partition)
            revoking.append(partition)
        }
        finishRevocation(asked: true)
        advance(now)
    }

    /// The reference topic ends at this offset as of the start: passes begin when it has been read up to there (R98).
    package func referenceEnds(at offset: Int64, now: Moment) {
        referenceEnd = offset
        completeReference(now)
        advance(now)
    }

    /// The source has delivered all of a partition up to this offset, which is its end.
    package func reachedEnd(of id: TopicPartition, at offset: Int64, now: Moment) {
        guard let partition = partitions[id] else { return }
        partition.knownEnd = max(partition.knownEnd ?? 0, offset)
        completeReference(now)
        advance(now)
    }

    /// Records, in offset order per partition.
    package func arrived(_ records: [DecodedRecord], now: Moment) {
        var touched: [PartitionState] = []
        var asking: [IntakeRecord] = []
        for decoded in records {
            guard let partition = partitions[decoded.address.topicPartition], !partition.revoked else { continue }
            guard decoded.address.offset >= partition.nextArrival else {
                counters.redelivered += 1
                continue
            }
            partition.nextArrival = decoded.address.offset + 1
            let record = IntakeRecord(decoded: decoded, partition: partition)
            partition.waiting.append(record)
            if mustAsk(record) { asking.append(record) }
            askForExpert(of: record)
            if touched.last !== partition { touched.append(partition) }
        }
        ask(asking)
        for partition in touched { drain(partition, now: now) }
        advance(now)
    }

    // At once for all records of a batch: one after the other each would cost a question's time.
    private func askForExpert(of record: IntakeRecord) {
        switch record.decoded.body {
        case .event(let event): _ = expertState(of: record, event.expert)
        case .orderUpdate(let update): _ = expertState(of: record, update.expert)
        case .reference, .undecodable: break
        }
    }

    /// Forgets what waits in a partition.
    func close(_ partition: PartitionState) {
        partition.revoked = true
        while let record = partition.waiting.removeFirst() { closeTickets(record) }
    }

    func finishRevocation(asked: Bool = false) {
        guard asked || !revoking.isEmpty else { return }
        if queue.isWorking, revoking.contains(where: { $0.uncommitted > 0 }) { return }
        revoking = []
        actions.finishRevocation = true
    }

    /// Pauses the partitions that hold more than their share, and lets those go on that are down to half of it (G7).
    func applyBackPressure(_ now: Moment) {
        let tooMany = relay.unpublished > configuration.outboxLimit
        let tooOld = relay.oldest.map { now.monotonic - $0 > configuration.outboxAge } ?? false
        if tooMany || tooOld, !intakePaused {
            intakePaused = true
            note(.intakePaused(tooMany ? "too many outbox rows wait to be published" : "publishing is behind"))
        } else if intakePaused, !tooOld, relay.unpublished <= configuration.outboxLimit / 2 {
            intakePaused = false
            note(.intakeResumed)
            drainAll(now)
        }
        let share = max(configuration.smallestShare, configuration.maxInFlight / max(1, partitions.count))
        for partition in partitions.values {
            if !partition.paused, partition.held >= share {
                partition.paused = true
                actions.pause.append(partition.id)
                actions.resume[partition.id] = nil
            } else if partition.paused, partition.held <= share / 2 {
                partition.paused = false
                actions.resume[partition.id] = partition.nextArrival
                actions.pause.removeAll { $0 == partition.id }
            }
        }
    }

    private func hasPosition(_ topic: InputTopic) -> Bool { positions.keys.contains { $0.topic == topic } }
}
