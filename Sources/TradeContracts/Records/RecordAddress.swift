/// The input topics, by what they carry; their names are settings.
package enum InputTopic: UInt8, CaseIterable, Sendable, Hashable, Comparable {
    // In the order of a merge (R86): reference before order updates before events.
    case reference = 0
    case orderUpdates = 1
    case analysisCompleted = 2

    package static func < (left: InputTopic, right: InputTopic) -> Bool { left.rawValue < right.rawValue }
}

/// The output topics, by what they carry.
package enum OutputTopic: UInt8, CaseIterable, Sendable, Hashable {
    case ordersCreated = 0
    case eventsSkipped = 1
    case deadLetters = 2
}

/// The names of all topics.
package struct TopicNames: Hashable, Sendable {
    package var analysisCompleted = "analysis.completed"
    package var orderUpdates = "trade.order-updates"
    /// Nil: reference data comes from a file alone (R98).
    package var reference: String? = "trade.reference"
    package var ordersCreated = "trade.orders.created"
    package var eventsSkipped = "trade.events.skipped"
    package var deadLetters = "analysis.completed.dlq"

    package init() {}

    package func name(of topic: InputTopic) -> String {
        switch topic {
        case .analysisCompleted: analysisCompleted
        case .orderUpdates: orderUpdates
        case .reference: reference ?? ""
        }
    }

    package func name(of topic: OutputTopic) -> String {
        switch topic {
        case .ordersCreated: ordersCreated
        case .eventsSkipped: eventsSkipped
        case .deadLetters: deadLetters
        }
    }

    package func inputTopic(named name: String) -> InputTopic? {
        InputTopic.allCases.first { self.name(of: $0) == name && !name.isEmpty }
    }
}

/// One partition of an input topic.
package struct TopicPartition: Hashable, Comparable, Sendable {
    package var topic: InputTopic
    package var partition: Int32

    package init(topic: InputTopic, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        left.topic != right.topic ? left.topic < right.topic : left.partition < right.partition
    }
}

/// Where a record stands.
package struct RecordAddress: Hashable, Sendable {
    package var topic: InputTopic
    package var partition: Int32
    package var offset: Int64

    package init(topic: InputTopic, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    package var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }
}
