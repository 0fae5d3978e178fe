import TradeContracts
import TradeCore

// Taking records in, in offset order per partition: each becomes one entry of the commit queue, and an event asks for its key.
extension Pipeline {
    /// Whether records of events and updates may be taken in now.
    var isIntakeOpen: Bool {
        referenceReady && !intakePaused && !stopping && recovery == nil && queue.isWorking
            && !isFull
    }

    /// Whether as much is on its way to the store as may be (G7), of what is taken in or of what is decided.
    var isFull: Bool {
        let entries = queue.count + unfollowed.count
        return max(uncommittedRecords, entries - uncommittedRecords) >= configuration.maxInFlight
    }

    func drainAll(_ now: Moment) {
        for partition in partitions.values.sorted(by: { $0.id < $1.id }) { drain(partition, now: now) }
    }

    /// Takes in what stands first in a partition as long as all is known that this needs.
    func drain(_ partition: PartitionState, now: Moment) {
        while !partition.revoked, let record = partition.waiting.first {
            guard partition.id.topic == .reference ? isReferenceIntakeOpen : isIntakeOpen, isReady(record) else {
                break
            }
            partition.waiting.removeFirst()
            partition.nextIntake = record.decoded.address.offset + 1
            if partition.id.topic != .reference { positions[partition.id] = partition.nextIntake }
            take(record, now: now)
        }
        if partition.id.topic == .reference { completeReference(now) }
    }

    var isReferenceIntakeOpen: Bool { !stopping && recovery == nil && queue.isWorking }

    /// Whether a record can be taken in; where the store has to be asked first, it is.
    private func isReady(_ record: IntakeRecord) -> Bool {
        guard record.loads == 0 else { return false }
        switch record.decoded.body {
        case .undecodable:
            return true
        case .event(let event):
            guard isLoaded(event.expert, for: record) else { return false }
            if mustAsk(record) {
                ask([record])
                return false
            }
            return true
        case .orderUpdate(let update):
            guard isLoaded(update.expert, for: record) else { return false }
            guard let order = update.order, let expert = experts[update.expert] else { return true }
            if expert.orders[order] != nil || recentEndings.state(of: order) != nil || record.positionAnswer != nil {
                return true
            }
            record.loads += 1
            record.tickets.append(tickets.open())
            load(.position(order: order), for: .orderPosition(record))
            return false
        case .reference:
            return true
        }
    }

    /// The expert's state; nil while it is being loaded, and then the partition waits for it.
    private func isLoaded(_ id: ExpertID, for record: IntakeRecord) -> Bool {
        let state = expertState(of: record, id)
        if state.phase == .ready { return true }
        let partition = record.partition
        if !state.waiters.contains(where: { $0 === partition }) { state.waiters.append(partition) }
        return false
    }

    /// The state of the expert that a record concerns.
    func expertState(of record: IntakeRecord, _ id: ExpertID) -> ExpertState {
        if let known = record.expert, !known.isForgotten { return known }
        let state = expertState(id)
        record.expert = state
        return state
    }

    /// Whether the filter takes part of an event for known and neither memory nor an answer settles it.
    func mustAsk(_ record: IntakeRecord) -> Bool {
        guard let identity = record.identity, record.identityInStore == nil else { return false }
        if filter.mayContain(identity.stableHash), recentEvents.state(of: identity) == nil { return true }
        guard record.recommendationsInStore == nil else { return false }
        return record.recommendations.contains { key, hash in
            filter.mayContain(hash) && recentRecommendations.state(of: key) == nil
        }
    }

    /// Asks the store which identities of these records it knows, in one question.
    func ask(_ records: [IntakeRecord]) {
        guard !records.isEmpty else { return }
        var identities: [EventIdentity] = []
        var keys: [RecommendationKey] = []
        for record in records {
            guard case .event(let event) = record.decoded.body else { continue }
            record.loads += 1
            record.tickets.append(tickets.open())
            identities.append(event.identity)
            keys += record.recommendations.lazy.map(\.key)
        }
        load(.known(identities: identities, recommendations: keys), for: .identities(records))
    }

    func closeTickets(_ record: IntakeRecord) {
        guard !record.tickets.isEmpty else { return }
        for ticket in record.tickets { tickets.close(ticket) }
        record.tickets = []
        forgetSeen()
    }

    /// Forgets what every question that is under way has seen.
    func forgetSeen() {
        recentEvents.evict(oldest: tickets.oldest)
        recentRecommendations.evict(oldest: tickets.oldest)
        recentEndings.evict(oldest: tickets.oldest)
    }

    /// Takes a record in: queues its entry, and has its event ask for the key.
    private func take(_ record: IntakeRecord, now: Moment) {
        switch record.decoded.body {
        case .undecodable(let cause): takeDeadLetter(record, cause)
        case .event(let event): takeEvent(record, event, now: now)
        case .orderUpdate(let update): takeUpdate(record, update)
        case .reference(let change): takeReference(record, change)
        }
    }

    func takeDeadLetter(_ record: IntakeRecord, _ cause: Undecodable) {
        note(.deadLetter(record.decoded.address, cause))
        let output = DeadLetterRecord(
            address: record.decoded.address, timestamp: record.decoded.timestamp, bytes: record.decoded.bytes,
            cause: cause)
        enqueue(.record(record), Changes(position: record.position, outputs: [.deadLetter(output)]))
    }

    private func takeEvent(_ record: IntakeRecord, _ event: AnalysisEvent, now: Moment) {
        let expert = expertState(of: record, event.expert)
        guard let handle = enqueueEvent(record, event, of: expert, now: now),
            let key = keyState(event.useCase, of: expert)
        else { return }
        request(key, for: handle, now: now)
    }

    /// Queues the inbox entry of an event; nil where the event is a duplicate and has no effect.
    func enqueueEvent(
        _ record: IntakeRecord, _ event: AnalysisEvent, of expert: ExpertState?, now: Moment
    ) -> EventHandle? {
        let key = event.lockKey
        let skippedAt = configuration.clock == .wall ? now.wall : event.occurredAt
        guard let identity = record.identity else { return nil }
        if isKnown(identity, record) {
            let source = reference(to: event, record, number: 0)
            note(.duplicate(key, event: event.identity.id, record.decoded.address))
            let skip = SkipRecord(
                event: source, reason: .duplicateEvent, message: "an event with this id has been taken in before",
                skippedAt: skippedAt)
            enqueue(.record(record), Changes(position: record.position, outputs: [.skip(skip)]), expert: expert)
            return nil
        }
        let source = newReference(to: event, record)
        var fresh: [PendingRecommendation] = []
        var skips: [OutputRecord] = []
        for (recommendation, (itsKey, hash)) in zip(event.recommendations, record.recommendations) {
            if isKnown(itsKey, record) {
                skips.append(
                    .skip(
                        SkipRecord(
                            event: source, recommendation: recommendation.id, symbol: recommendation.symbol,
                            reason: .duplicateEvent, message: "this recommendation came with an earlier event",
                            skippedAt: skippedAt)))
                continue
            }
            fresh.append(newPending(recommendation, of: source))
            filter.insert(hash)
            recentRecommendations.insertQueued(itsKey, ())
        }
        filter.insert(identity.stableHash)
        recentEvents.insertQueued(identity, ())
        let handle = EventHandle(reference: source, broughtNew: !fresh.isEmpty)
        record.event = handle
        if let expert {
            keyState(event.useCase, of: expert)?
                .keep(fresh, entry: queue.nextNumber, limit: configuration.pendingLimit)
            expert.history.append(fresh, entry: queue.nextNumber, durable: queue.durable)
        }
        enqueue(
            .record(record),
            Changes(position: record.position, event: source, recommendations: fresh, outputs: skips), expert: expert)
        return handle
    }

    private func newPending(_ recommendation: Recommendation, of event: EventReference) -> PendingRecommendation {
        recommendationNumber += 1
        return PendingRecommendation(number: recommendationNumber, event: event, recommendation: recommendation)
    }

    private func newReference(to event: AnalysisEvent, _ record: IntakeRecord) -> EventReference {
        eventNumber += 1
        return reference(to: event, record, number: eventNumber)
    }

    private func reference(to event: AnalysisEvent, _ record: IntakeRecord, number: Int64) -> EventReference {
        EventReference(
            number: number, identity: event.identity, address: record.decoded.address, expert: event.expert,
            useCase: event.useCase, occurredAt: event.occurredAt, lookbackDays: event.lookbackDays, trace: event.trace)
    }

    // What memory knows is written down on the record, so that it stays known if the entry has to be made anew; what is only
    // queued keeps a ticket open, so that it is not forgotten before this record is durable.
    private func isKnown(_ identity: IdentityKey, _ record: IntakeRecord) -> Bool {
        switch recentEvents.state(of: identity) {
        case .durable: record.identityInStore = true
        case .queued:
            record.tickets.append(tickets.open())
            return true
        case nil: break
        }
        return record.identityInStore ?? false
    }

    private func isKnown(_ key: RecommendationKey, _ record: IntakeRecord) -> Bool {
        switch recentRecommendations.state(of: key) {
        case .durable: record.recommendationsInStore = (record.recommendationsInStore ?? []).union([key])
        case .queued:
            record.tickets.append(tickets.open())
            return true
        case nil: break
        }
        return record.recommendationsInStore?.contains(key) ?? false
    }
}

extension IntakeRecord {
    /// The input position after this record; the reference topic has none, it is read whole (R87).
    var position: InputPosition? {
        let address = decoded.address
        guard address.topic != .reference else { return nil }
        return InputPosition(
            partition: address.topicPartition, nextOffset: address.offset + 1, lastOffset: address.offset,
            lastTimestamp: decoded.timestamp, lastChecksum: decoded.checksum)
    }
}
