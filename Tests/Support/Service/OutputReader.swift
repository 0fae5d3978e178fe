import Foundation
package import Support
package import TradeContracts
import TradeKafka
import TradePipeline

/// Reads what the service has published.
package final class OutputReader {
    /// An output record as a test looks at it.
    package struct Output {
        package let topic: OutputTopic
        package let partition: Int32
        package let key: String?
        package let content: RecordContent
        /// The fields of its value; of a dead letter none.
        package let fields: [String: Any]

        package func text(_ field: String) -> String? { fields[field] as? String }
        package func integer(_ field: String) -> Int64? { (fields[field] as? NSNumber)?.int64Value }
        package func flag(_ field: String) -> Bool? { fields[field] as? Bool }

        /// The text of a header.
        package func header(_ name: String) -> String? {
            content.headers.first { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    // A consumer knows three topics by what they carry; here they carry outputs.
    private static let disguise: [InputTopic: OutputTopic] = [
        .analysisCompleted: .ordersCreated, .orderUpdates: .eventsSkipped, .reference: .deadLetters,
    ]

    private let driver: SourceDriver
    package private(set) var all: [Output] = []

    init(_ configuration: KafkaConfiguration, group: String) throws {
        var reading = configuration
        reading.groupID = group + "-reading"
        reading.topics.analysisCompleted = configuration.topics.ordersCreated
        reading.topics.orderUpdates = configuration.topics.eventsSkipped
        reading.topics.reference = configuration.topics.deadLetters
        driver = SourceDriver(try KafkaConsumer(reading, mode: .allPartitions))
        driver.onBatch = { [weak self] batch in
            for record in batch { self?.take(record) }
        }
    }

    deinit { driver.source.close(deadline: 2) }

    package var orders: [Output] { all.filter { $0.topic == .ordersCreated } }
    package var skips: [Output] { all.filter { $0.topic == .eventsSkipped } }
    package var deadLetters: [Output] { all.filter { $0.topic == .deadLetters } }

    /// Skips with a reason.
    package func skips(_ reason: String) -> [Output] { skips.filter { $0.text("reason") == reason } }

    /// Reads until the condition holds; false where it doesn't within `seconds`.
    package func read(seconds: Double = 30, until condition: (OutputReader) -> Bool) -> Bool {
        driver.poll(until: { condition(self) }, seconds: seconds)
    }

    /// Reads until so many records are there, and then what else comes at once.
    package func read(count: Int, seconds: Double = 30) -> Bool {
        let found = read(seconds: seconds) { $0.all.count >= count }
        for _ in 0..<3 { driver.poll(timeout: 0.02) }
        return found
    }

    private func take(_ record: OwnedRecord) {
        guard let topic = OutputReader.disguise[record.address.topic] else { return }
        let object =
            topic == .deadLetters
            ? nil : record.value.flatMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
        all.append(
            Output(
                topic: topic, partition: record.address.partition,
                key: record.key.map { String(decoding: $0, as: UTF8.self) }, content: record.content,
                fields: object ?? [:]))
    }
}
