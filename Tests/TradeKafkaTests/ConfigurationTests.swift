import Testing

@testable import TradeKafka

@Suite struct KafkaConfigurationTests {
    static let refused = [
        "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "isolation.level", "transactional.id",
        "enable.idempotence", "group.id", "group.instance.id", "auto.commit.enable", "bootstrap.servers",
        "metadata.broker.list", "client.id", "partition.assignment.strategy", "message.timeout.ms",
        "delivery.timeout.ms", "Enable.Auto.Commit", "max.in.flight.requests.per.connection", "max.in.flight",
    ]

    @Test(arguments: refused) func refusesWhatGuaranteesHangOn(_ key: String) throws {
        var all = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        all.properties[key] = "x"
        var consumer = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        consumer.consumerProperties[key] = "x"
        var producer = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        producer.producerProperties[key] = "x"
        for configuration in [all, consumer, producer] {
            let error = try #require(throws: KafkaError.self) { try configuration.check() }
            #expect(error.kind == .refusedProperty(key))
            #expect(error.description.contains(key))
        }
    }

    @Test(arguments: [
        ("no.such.thing", "1", "No such configuration property"),
        ("queued.min.messages", "many", "Invalid value"),
        ("queued.min.messages", "-5", "outside allowed range"),
        ("security.protocol", "carrier-pigeon", "Invalid value"),
        ("", "1", ""),
    ]) func namesWrongProperties(_ key: String, _ value: String, _ text: String) throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.consumerProperties[key] = value
        let error = try #require(throws: KafkaError.self) { try configuration.check() }
        #expect(error.kind == .badProperty(key))
        #expect(error.description.contains("\(key) = \(value)"))
        #expect(error.description.contains(text), "\(error)")
    }

    @Test func doesNotShowSecrets() throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.properties["ssl.key.passwordx"] = "hunter2"
        let error = try #require(throws: KafkaError.self) { try configuration.check() }
        #expect(!error.description.contains("hunter2"), "\(error)")
    }

    @Test func takesGoodProperties() throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.groupInstanceID = "store-1"
        configuration.properties = ["socket.timeout.ms": "10000", "debug": "cgrp"]
        configuration.consumerProperties = ["fetch.wait.max.ms": "5", "session.timeout.ms": "10000"]
        configuration.producerProperties = ["linger.ms": "2", "compression.type": "lz4"]
        try configuration.check()
    }

    /// What fits no client is found when it is made.
    @Test func combinationsThatCannotBe() throws {
        var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.producerProperties = ["acks": "1"]
        let error = try #require(throws: KafkaError.self) { try KafkaProducer(configuration) }
        #expect(error.description.contains("acks"), "\(error)")
    }
}
