import TradeContracts
import TradeCore

/// The parts of an entry before it is numbered.
struct Changes {
    var position: InputPosition?
    var event: EventReference?
    var recommendations: [PendingRecommendation] = []
    var run: KeyRun?
    var positions: [Position] = []
    var outcomes: [RecommendationOutcome] = []
    var reference: [ReferenceWrite] = []
    var halts: [HaltChange] = []
    var outputs: [OutputRecord] = []
    var relayMark: Int64?
    var relay: RelayChange?
}

extension Pipeline {
    /// Numbers an entry and its outbox rows, and appends it to the commit queue.
    func enqueue(
        _ intent: CommitIntent, _ changes: Changes, expert: ExpertState? = nil, replaced: ReferenceWrite? = nil
    ) {
        var rows: [OutboxRow] = []
        rows.reserveCapacity(changes.outputs.count)
        for output in changes.outputs {
            outboxNumber += 1
            rows.append(OutboxRow(number: outboxNumber, record: output))
        }
        actions.rows += rows
        let entry = ChangeSet(
            number: queue.nextNumber, position: changes.position, event: changes.event,
            recommendations: changes.recommendations, run: changes.run, positions: changes.positions,
            outcomes: changes.outcomes, reference: changes.reference, halts: changes.halts, rows: rows,
            relayMark: changes.relayMark, relay: changes.relay)
        count(entry, 1)
        expert?.uncommitted += 1
        if case .record(let record) = intent {
            record.partition.uncommitted += 1
            uncommittedRecords += 1
        }
        queue.append(QueuedEntry(changes: entry, intent: intent, expert: expert, replaced: replaced))
    }

    /// Counts what an entry brings; with −1 what was counted for one that is taken back.
    func count(_ changes: ChangeSet, _ sign: Int64) {
        if changes.event != nil { counters.events += sign }
        counters.recommendations += sign * Int64(changes.recommendations.count)
        if let relay = changes.relay { counters.withdrawn += sign * Int64(relay.withdrawn.count) }
        for row in changes.rows {
            switch row.record {
            case .order: counters.orders += sign
            case .skip(let skip): counters.skips[skip.reason, default: 0] += sign
            case .deadLetter(let letter): counters.deadLetters[letter.cause.reason, default: 0] += sign
            }
        }
    }
}
