import CRdkafka

/// Which topics there are, with their numbers of partitions.
struct TopicListing {
    /// Partitions by topic; only topics that exist and can be read.
    private(set) var partitions: [String: Int32] = [:]
    /// Why a topic that was asked for is not among them.
    private(set) var errors: [String: rd_kafka_resp_err_t] = [:]

    /// Topics of which every partition has a leader: they can be read and written.
    private(set) var ready: Set<String> = []

    init(_ metadata: rd_kafka_metadata) {
        for index in 0..<max(0, Int(metadata.topic_cnt)) {
            let topic = metadata.topics[index]
            guard let name = topic.topic.map({ String(cString: $0) }) else { continue }
            if topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                partitions[name] = topic.partition_cnt
                if (0..<max(0, Int(topic.partition_cnt))).allSatisfy({ topic.partitions[$0].leader >= 0 }) {
                    ready.insert(name)
                }
            } else {
                errors[name] = topic.err
            }
        }
    }
}
