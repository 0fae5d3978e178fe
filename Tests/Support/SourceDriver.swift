package import TradeContracts
package import TradePipeline

/// Polls a source on the test's thread, as the consumer's shell does, and keeps what comes.
package final class SourceDriver {
    package let source: any RecordSource
    /// Where an assigned partition begins; nil: nobody starts it.
    package var begin: ((TopicPartition) -> StartOffset)?
    package private(set) var records: [OwnedRecord] = []
    package private(set) var events: [SourceEvent] = []
    /// Called for each batch, with what it holds.
    package var onBatch: (([OwnedRecord]) -> Void)?

    package init(_ source: any RecordSource, begin: ((TopicPartition) -> StartOffset)? = { _ in .beginning }) {
        self.source = source
        self.begin = begin
    }

    package var assigned: [TopicPartition] {
        events.flatMap { event -> [TopicPartition] in
            if case .assigned(let partitions) = event { partitions } else { [] }
        }
    }

    /// How often partitions were assigned.
    package var assignments: Int {
        events.count { if case .assigned = $0 { true } else { false } }
    }

    /// What was told of troubles as news, their ends among them.
    package var troubles: [String] {
        events.compactMap { event -> String? in
            switch event {
            case .trouble(_, let text, isNews: true), .recovered(_, let text, isNews: true): text
            default: nil
            }
        }
    }

    /// The last end of a partition that was told.
    package func end(of partition: TopicPartition) -> Int64? {
        for case .reachedEnd(partition, let offset) in events.reversed() { return offset }
        return nil
    }

    package var failure: String? {
        for case .failed(let text) in events { return text }
        return nil
    }

    /// One call of `poll`.
    package func poll(timeout: Double) {
        source.poll(timeout: timeout) { event in
            events.append(event)
            switch event {
            case .assigned(let partitions):
                if let begin { source.start(Dictionary(uniqueKeysWithValues: partitions.map { ($0, begin($0)) })) }
            case .revoked: source.finishRevocation()
            case .trouble, .recovered, .failed, .refused, .reachedEnd: break
            }
        } records: { views in
            let batch = views.map { OwnedRecord($0) }
            records += batch
            onBatch?(batch)
        }
    }

    /// Polls until the condition holds; false where it doesn't within `seconds`.
    @discardableResult
    package func poll(until condition: () -> Bool, seconds: Double = 30) -> Bool {
        let end = ContinuousClock.Instant.now + .seconds(seconds)
        while !condition() {
            guard .now < end else { return false }
            poll(timeout: 0.05)
        }
        return true
    }

    /// The records of a partition, as they came.
    package func records(of partition: TopicPartition) -> [OwnedRecord] {
        records.filter { $0.address.topicPartition == partition }
    }
}
