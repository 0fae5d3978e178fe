import TradeCore

/// Encodes dead letters: the original key, value and headers, and `dlq.*` headers after them (design §5, R9, R79).
enum DeadLetterEncoder {
    static func encode(_ record: DeadLetterRecord, topics: TopicNames) -> EncodedRecord {
        var headers = record.bytes.headers
        func append(_ name: String, _ value: String) {
            HeaderBlock.append(name: name.utf8, value: value.utf8, to: &headers)
        }
        append("dlq.reason", record.cause.reason.rawValue)
        append("dlq.message", TextLimit.cut(record.cause.message, to: TextLimit.message))
        append("dlq.source.topic", topics.name(of: record.address.topic))
        append("dlq.source.partition", String(record.address.partition))
        append("dlq.source.offset", String(record.address.offset))
        if let milliseconds = record.timestamp {
            append("dlq.source.timestamp", String(milliseconds))
            append("dlq.failed_at", time(milliseconds))
        }
        return EncodedRecord(
            topic: .deadLetters, key: record.bytes.key, value: record.bytes.value, headers: headers)
    }

    private static func time(_ milliseconds: Int64) -> String {
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000)
        let writer = ByteWriter(capacity: 32)
        writer.append(Timestamp(microseconds: overflow ? (milliseconds < 0 ? .min : .max) : microseconds))
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
