import CRdkafka
import TradeContracts
package import TradePipeline

/// Reads and writes the relay's mark: the offset of a group of its own at partition 0 of the orders topic, with the text of its
/// writer as metadata (G6, design §6). The group has no members; the offset is the number of the last published row.
package enum KafkaRelayMark {
    /// The mark; nil where there is none. Without `readCommitted` one in an open transaction is not waited for: what stood before
    /// it is returned. `seconds` bounds the wait. Throws while the broker can't be reached.
    package static func read(
        _ configuration: KafkaConfiguration, relayID: String, readCommitted: Bool, within seconds: Double = 10
    ) throws(KafkaError) -> FoundMark? {
        var patience = Patience(seconds: seconds)
        return try read(configuration, relayID: relayID, readCommitted: readCommitted, &patience)
    }

    /// Writes the mark plainly, outside of any transaction. `seconds` bounds the wait; after a throw it may be written or not.
    package static func write(
        _ mark: FoundMark, _ configuration: KafkaConfiguration, relayID: String, within seconds: Double = 10
    ) throws(KafkaError) {
        var patience = Patience(seconds: seconds)
        try write(mark, configuration, relayID: relayID, &patience)
    }

    /// Where the mark stands.
    static func partition(_ configuration: KafkaConfiguration) -> KafkaPartition {
        KafkaPartition(topic: configuration.topics.ordersCreated, partition: 0)
    }

    /// A list with the mark alone.
    static func list(_ mark: FoundMark, _ configuration: KafkaConfiguration) throws(KafkaError) -> PartitionList {
        let list = try PartitionList(capacity: 1)
        let place = partition(configuration)
        list.add(place.topic, place.partition, offset: mark.number, metadata: mark.writer)
        return list
    }

    static func read(
        _ configuration: KafkaConfiguration, relayID: String, readCommitted: Bool, _ patience: inout Patience
    ) throws(KafkaError) -> FoundMark? {
        let context = "reading the relay's mark in the group \(relayID)"
        let client = try KafkaClient(
            configuration, for: .administration(groupID: relayID, readsCommitted: readCommitted))
        let place = partition(configuration)
        let seconds = patience.remaining / .seconds(1)
        let answer = DetachedCall.run(&patience) {
            Result { () throws(KafkaError) in try client.committed([place], within: seconds) }
        }
        let result: Result<[KafkaPartition: CommittedOffset], KafkaError>
        switch answer {
        case .returned(let value):
            result = value.mapError { client.explained($0) }
            _ = client.destroy(within: 1, closed: false)
        case .open(let call):
            _ = client.destroy(within: 0, closed: false, after: call)
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, context: context)
        }
        do throws(KafkaError) {
            return try result.get()[place].map { FoundMark(number: $0.nextOffset, writer: $0.metadata) }
        } catch {
            var error = error
            error.context = context
            throw error
        }
    }

    static func write(
        _ mark: FoundMark, _ configuration: KafkaConfiguration, relayID: String, _ patience: inout Patience
    ) throws(KafkaError) {
        let context = "writing the relay's mark \(mark.number) in the group \(relayID)"
        let client = try KafkaClient(configuration, for: .administration(groupID: relayID))
        let code = try commit(mark, configuration, client, &patience)
        _ = client.destroy(within: 1, closed: false)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: context) }
    }

    private static func commit(
        _ mark: FoundMark, _ configuration: KafkaConfiguration, _ client: KafkaClient, _ patience: inout Patience
    ) throws(KafkaError) -> rd_kafka_resp_err_t {
        let queue = try KafkaQueue.new(of: client)
        let list = try list(mark, configuration)
        let code = withExtendedLifetime(list) { Calls.commitQueue(client.handle, list.handle, queue.handle) }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return code }
        while !patience.isOver {
            guard let event = queue.poll(milliseconds: patience.milliseconds(atMost: 50)) else { continue }
            guard event.type == RD_KAFKA_EVENT_OFFSET_COMMIT else { continue }
            if event.code != RD_KAFKA_RESP_ERR_NO_ERROR { return event.code }
            return event.partitions.first { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }?.err ?? RD_KAFKA_RESP_ERR_NO_ERROR
        }
        return RD_KAFKA_RESP_ERR__TIMED_OUT
    }
}
