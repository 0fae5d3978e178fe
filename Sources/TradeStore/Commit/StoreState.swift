import TradeContracts
import TradeCore
import TradePipeline

/// What the store checks entries against: as durable, or as it will be with the entries of the open transaction.
struct StoreState {
    var counters = CommitCounters()
    /// Positions of the cluster and the topics in use.
    var inputs: [TopicPartition: InputPosition] = [:]

    /// Takes an entry's numbers and input position in, or says what is wrong with them.
    mutating func advance(by entry: ChangeSet) throws(Refusal) {
        try counters.advance(by: entry)
        if let position = entry.position {
            if let known = inputs[position.partition], position.nextOffset < known.nextOffset {
                throw Refusal(
                    "input position \(position.nextOffset) of \(position.partition.topic)/"
                        + "\(position.partition.partition) is below \(known.nextOffset)")
            }
            inputs[position.partition] = position
        }
    }
}
