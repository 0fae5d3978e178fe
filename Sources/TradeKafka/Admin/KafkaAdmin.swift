import CRdkafka

/// Asks a cluster about itself, its topics and groups, and makes topics. A call may block; each object serves one thread.
package final class KafkaAdmin {
    /// A topic to make.
    package struct NewTopic: Hashable, Sendable {
        package var name: String
        package var partitions: Int32
        /// Copies of each record, 1 or more; −1: the broker's default.
        package var replication: Int32
        /// Topic settings, like `cleanup.policy`.
        package var settings: [String: String]

        package init(name: String, partitions: Int32, replication: Int32 = -1, settings: [String: String] = [:]) {
            self.name = name
            self.partitions = partitions
            self.replication = replication
            self.settings = settings
        }
    }

    /// What became of a topic that had to be made.
    package enum Creation: Hashable, Sendable {
        case created
        case exists
        case failed(KafkaError)
    }

    let client: KafkaClient

    /// Throws for a configuration that can't be; connects only when asked something. `readsCommitted`: offsets that belong to an
    /// open transaction are waited for; without it the ones before it are told.
    package init(
        _ configuration: KafkaConfiguration, groupID: String? = nil, readsCommitted: Bool = true
    ) throws(KafkaError) {
        client = try KafkaClient(
            configuration,
            for: .administration(groupID: groupID ?? configuration.groupID, readsCommitted: readsCommitted))
    }

    /// Which cluster this is (G6).
    package func identity(within seconds: Double = 5) throws(KafkaError) -> KafkaClusterIdentity {
        try KafkaClusterIdentity.read(client, within: seconds)
    }

    /// The number of partitions of a topic, nil where there is no such topic. Never makes it.
    package func partitions(of topic: String, within seconds: Double = 5) throws(KafkaError) -> Int32? {
        let listing = try client.topics(named: topic, milliseconds: Self.milliseconds(seconds))
        if let count = listing.partitions[topic] { return count }
        switch listing.errors[topic] {
        case nil, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return nil
        case let code?: throw KafkaError(code, context: "asking for the topic \(topic)")
        }
    }

    /// Every topic with its number of partitions.
    package func topics(within seconds: Double = 5) throws(KafkaError) -> [String: Int32] {
        try client.topics(milliseconds: Self.milliseconds(seconds)).partitions
    }

    /// Makes topics, and waits until they can be used; what is there already stays as it is. Throws where the broker doesn't answer at all.
    package func create(_ topics: [NewTopic], within seconds: Double = 30) throws(KafkaError) -> [String: Creation] {
        var handles: [OpaquePointer?] = []
        defer {
            for case let handle? in handles { Calls.newTopicDestroy(handle) }
        }
        for topic in topics {
            let context = "creating the topic \(topic.name)"
            let made = Calls.newTopic(topic.name, partitions: topic.partitions, replication: topic.replication)
            guard let handle = made.topic else {
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, context: context, text: made.text)
            }
            handles.append(handle)
            for (key, value) in topic.settings.sorted(by: { $0.key < $1.key }) {
                let code = Calls.newTopicSet(handle, key, value)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                    throw KafkaError(code, context: "\(context) with \(key) = \(value)")
                }
            }
        }
        let queue = try KafkaQueue.new(of: client)
        Calls.createTopics(client.handle, &handles, handles.count, queue.handle)
        let event = try answer(on: queue, within: seconds, context: "creating topics")
        var result: [String: Creation] = [:]
        for (name, code, text) in Calls.createdTopics(event.handle) {
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR: result[name] = .created
            case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: result[name] = .exists
            default:
                let reason = text.isEmpty ? nil : text
                result[name] = .failed(KafkaError(code, context: "creating the topic \(name)", text: reason))
            }
        }
        let end = ContinuousClock.Instant.now + .seconds(seconds)
        for name in result.keys where result[name] == .created {
            while !isReady(name), .now < end { _ = queue.poll(milliseconds: 20) }
        }
        return result
    }

    private func isReady(_ topic: String) -> Bool {
        let listing = try? client.topics(named: topic, milliseconds: 1_000)
        return listing?.ready.contains(topic) ?? false
    }

    /// A setting of a topic, like `cleanup.policy`; nil where the broker has no such setting. Throws `unsupported` where the
    /// broker can't say (the embedded one): then it is unknown.
    package func setting(_ key: String, of topic: String, within seconds: Double = 5) throws(KafkaError) -> String? {
        let context = "asking for \(key) of the topic \(topic)"
        if try identity(within: seconds).isEmbedded {
            throw .unsupported("the embedded broker keeps no topic settings", context: context)
        }
        guard let resource = Calls.configResource(topic: topic) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, context: context)
        }
        defer { Calls.configResourceDestroy(resource) }
        let queue = try KafkaQueue.new(of: client)
        Calls.describeConfigs(client.handle, resource, queue.handle)
        let event = try answer(on: queue, within: seconds, context: context)
        let (code, text, values) = Calls.describedConfigs(event.handle)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, context: context, text: text.isEmpty ? nil : text)
        }
        return values[key]
    }

    /// The oldest and the next offset of a partition.
    package func watermarks(of partition: KafkaPartition, within seconds: Double = 5) throws(KafkaError) -> (
        low: Int64, high: Int64
    ) {
        try client.watermarks(partition.topic, partition.partition, milliseconds: Self.milliseconds(seconds))
    }

    private func answer(on queue: KafkaQueue, within seconds: Double, context: String) throws(KafkaError) -> KafkaEvent
    {
        guard let event = queue.poll(milliseconds: Self.milliseconds(seconds)) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, context: context)
        }
        guard event.code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(event.code, context: context, text: event.text)
        }
        return event
    }

    static func milliseconds(_ seconds: Double) -> Int32 { Int32(clamping: Int((max(0, min(seconds, 3_600)) * 1_000))) }
}
