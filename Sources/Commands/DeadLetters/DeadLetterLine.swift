import Foundation
import Telemetry
import TradeContracts

/// A record of the dead-letter topic, for people and for programs.
struct DeadLetterLine {
    let record: EnvelopeRecord
    /// Nil: it is no dead letter of ours.
    let headers: DeadLetterHeaders?

    init(_ record: EnvelopeRecord) {
        self.record = record
        headers = DeadLetterHeaders(record.headers)
    }

    /// Where it stands.
    var place: String { "\(record.partition)/\(record.offset)" }

    private var time: String? { record.timestamp.map { WallTime.text($0.multipliedReportingOverflow(by: 1_000).0) } }

    private var key: String? { record.key.map { String(decoding: $0, as: UTF8.self) } }

    /// One line; what comes from the record is escaped by whoever prints it.
    var text: String {
        let key = key.map { "key \($0)" } ?? "no key"
        guard let headers else { return "\(place) \(time ?? "-") \(key), no dead letter of this service" }
        let size =
            headers.omittedValue.map { "\($0) bytes left out" } ?? record.value.map { "\($0.count) bytes" }
            ?? "no value"
        let count = headers.redrivenCount.map(String.init) ?? "?"
        return
            "\(place) \(time ?? "-") \(headers.reason) \(headers.sourceTopic) \(headers.sourcePartition)/"
            + "\(headers.sourceOffset) \(key), \(size), sent in again \(count) times: \(headers.message)"
    }

    /// A JSON object.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let content = Content(
            partition: record.partition, offset: record.offset, time: time, key: key, bytes: record.value?.count,
            reason: headers?.reason, message: headers?.message,
            source: headers.map { headers in
                Source(
                    topic: headers.sourceTopic, partition: headers.sourcePartition, offset: headers.sourceOffset,
                    timestamp: headers.sourceTimestamp)
            }, redriven: headers?.redrivenCount, valueOmitted: headers?.omittedValue)
        return String(decoding: try encoder.encode(content), as: UTF8.self)
    }

    private struct Source: Encodable {
        var topic: String
        var partition: Int32
        var offset: Int64
        var timestamp: Int64?
    }

    private struct Content: Encodable {
        var partition: Int32
        var offset: Int64
        var time: String?
        var key: String?
        var bytes: Int?
        var reason: String?
        var message: String?
        var source: Source?
        var redriven: Int?
        var valueOmitted: String?

        enum CodingKeys: String, CodingKey {
            case partition, offset, time, key, bytes, reason, message, source, redriven
            case valueOmitted = "value_omitted"
        }
    }
}
