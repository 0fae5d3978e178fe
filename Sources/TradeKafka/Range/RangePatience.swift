import CRdkafka

/// How long a partition may give nothing before reading is given up.
struct RangePatience {
    private static let limit = Duration.seconds(30)

    private let start = ContinuousClock.Instant.now

    func check(_ partition: RangePartition) throws(KafkaError) {
        guard ContinuousClock.Instant.now - start > RangePatience.limit else { return }
        throw KafkaError(
            RD_KAFKA_RESP_ERR__TIMED_OUT,
            context: "reading \(partition) from offset \(partition.nextOffset) to \(partition.end)",
            text: "nothing came for \(RangePatience.limit.components.seconds) s")
    }
}
