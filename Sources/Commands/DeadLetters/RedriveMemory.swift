import TradeContracts
import TradeKafka

/// How far dead letters were sent in again: committed offsets of a group of its own.
struct RedriveMemory {
    private let admin: KafkaAdmin
    private let topic: String
    private let committed: [KafkaPartition: CommittedOffset]

    /// Reads what is remembered; of a topic that is not there nothing is.
    init(_ kafka: KafkaConfiguration) throws(KafkaError) {
        let topic = kafka.topics.deadLetters
        let admin = try KafkaAdmin(kafka, groupID: kafka.groupID + ".redrive")
        let count = try admin.topics(within: 10)[topic] ?? 0
        committed = try admin.committed((0..<max(0, count)).map { KafkaPartition(topic: topic, partition: $0) })
        self.admin = admin
        self.topic = topic
    }

    var offsets: [KafkaPartition: Int64] { committed.mapValues(\.nextOffset) }

    /// Without what a log that was made anew has no place for.
    func positions(in extents: [RangeExtent]) -> [Int32: RedrivePosition] {
        var result: [Int32: RedrivePosition] = [:]
        for extent in extents {
            guard let offset = committed[extent.partition], offset.nextOffset <= extent.logEnd else { continue }
            result[extent.partition.partition] = RedrivePosition(offset)
        }
        return result
    }

    func remember(_ positions: [Int32: RedrivePosition]) throws(KafkaError) {
        var offsets: [KafkaPartition: CommittedOffset] = [:]
        for (number, position) in positions {
            offsets[KafkaPartition(topic: topic, partition: number)] = position.committed
        }
        try admin.commit(offsets)
    }
}
