import TradeContracts
package import TradePipeline

/// Kafka's mark: the offset of the relay's group at partition 0 of the orders topic, with the text of its writer (design §6). That
/// topic, because brokers refuse offsets of topics that don't exist.
package enum KafkaRelayMark {
    /// Nil: there is none. `readsCommitted`: an open transaction's mark is waited for; without it the one before is told.
    package static func read(
        _ configuration: KafkaConfiguration, relayID: String, readsCommitted: Bool, within seconds: Double = 10
    ) throws(KafkaError) -> FoundMark? {
        let admin = try KafkaAdmin(configuration, groupID: relayID, readsCommitted: readsCommitted)
        let place = place(configuration)
        return try admin.committed([place], within: seconds)[place]
            .map { FoundMark(number: $0.nextOffset, writer: $0.metadata) }
    }

    /// Writes it outside of any transaction: what a plain producer does, and an operator.
    package static func write(
        _ number: Int64, _ configuration: KafkaConfiguration, by identity: RelayIdentity
    ) throws(KafkaError) {
        let admin = try KafkaAdmin(configuration, groupID: identity.relayID, readsCommitted: false)
        let mark = CommittedOffset(nextOffset: number, metadata: identity.owner.identity.text)
        try admin.commit([place(configuration): mark])
    }

    static func place(_ configuration: KafkaConfiguration) -> KafkaPartition {
        KafkaPartition(topic: configuration.topics.ordersCreated, partition: 0)
    }
}
