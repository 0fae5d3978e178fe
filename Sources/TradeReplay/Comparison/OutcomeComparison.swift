package import TradeContracts

/// Compares outputs with those of an earlier replay, event by event, while they come.
///
/// Both sides are read in step and what is the same is dropped at once, so that only differences, and what one side is ahead of the
/// other, are in memory. The order of different events doesn't count, that within an event does.
package final class OutcomeComparison {
    /// The most records that are kept; what differs beyond them is only known to be more.
    private static let limit = 500_000

    private struct Pending {
        /// In the order of first sight.
        var number: Int
        var expected: [EnvelopeRecord] = []
        var came: [EnvelopeRecord] = []
    }

    private let expected: () throws -> EnvelopeRecord?
    private let reader = OutputFieldReader()
    private var isOver = false
    private var pending: [String: Pending] = [:]
    private var seen = 0
    private var kept = 0
    /// Whether more differed than is kept.
    package private(set) var isCut = false

    /// `expected`: the records of the earlier output, nil at its end.
    package init(expected: @escaping () throws -> EnvelopeRecord?) { self.expected = expected }

    /// Takes the next record of the new output.
    package func take(_ record: EnvelopeRecord) throws {
        let before = try next()
        if let before, pending.isEmpty, Outcome.isSame(before, record) { return }
        if let before { keep(before, \.expected) }
        keep(record, \.came)
    }

    /// The differences by event, once the new output is complete.
    package func finish() throws -> [OutcomeDifference] {
        while let record = try next() { keep(record, \.expected) }
        return pending.sorted { $0.value.number < $1.value.number }.map { event, records in
            OutcomeDifference(
                event: event, expected: records.expected.map { Outcome($0, reader) },
                came: records.came.map { Outcome($0, reader) })
        }
    }

    private func next() throws -> EnvelopeRecord? {
        guard !isOver else { return nil }
        let record = try expected()
        isOver = record == nil
        return record
    }

    private func keep(_ record: EnvelopeRecord, _ side: WritableKeyPath<Pending, [EnvelopeRecord]>) {
        guard kept < OutcomeComparison.limit else {
            isCut = true
            return
        }
        let event = Outcome(record, reader).event
        var entry = pending.removeValue(forKey: event) ?? Pending(number: seen)
        seen += 1
        kept += 1
        entry[keyPath: side].append(record)
        while let first = entry.expected.first, let other = entry.came.first, Outcome.isSame(first, other) {
            entry.expected.removeFirst()
            entry.came.removeFirst()
            kept -= 2
        }
        if !entry.expected.isEmpty || !entry.came.isEmpty { pending[event] = entry }
    }
}
