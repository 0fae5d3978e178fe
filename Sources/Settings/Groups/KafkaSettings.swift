/// `kafka`: where the records come from and go to.
package struct KafkaSettings: Sendable {
    /// Where to begin a partition of which nothing was ever committed (G6).
    package enum Start: String, CaseIterable, Sendable {
        case beginning
        case end
    }

    @Sourced package var bootstrapServers: BootstrapServers = .embedded
    @Sourced package var groupID = "trade-manager"
    @Sourced package var clientID = "trade-manager"
    /// The relay's group and transactional id; nil: derived from the orders topic.
    @Sourced package var relayID: String? = nil
    @Sourced package var start: Start = .beginning
    package var topics = TopicSettings()
    /// For every client.
    @Sourced package var properties = KafkaProperties()
    @Sourced package var consumerProperties = KafkaProperties()
    @Sourced package var producerProperties = KafkaProperties()
}
