import TradeCore

/// Encodes dead letters: the original key, value and headers, and `dlq.*` headers after them (design §5, R9, R79).
package enum DeadLetterEncoder {
    /// What to send instead of a dead letter that is too large for the broker, the best first: without its value, and without
    /// its value, key and original headers (design §6). `dlq.value_omitted`, `dlq.key_omitted` and `dlq.headers_omitted` hold
    /// the lengths of what is left out. Empty for what is no dead letter.
    package static func reductions(of record: EncodedRecord) -> [EncodedRecord] {
        guard record.topic == .deadLetters else { return [] }
        func omit(_ name: String, _ length: Int?, from record: inout EncodedRecord) {
            guard let length else { return }
            HeaderBlock.append(name: name.utf8, value: String(length).utf8, to: &record.headers)
        }
        let headers = HeaderBlock.headers(of: record.headers)
        // Ours come last; a record that was a dead letter before has more of the same names.
        let ours = headers[(headers.lastIndex { $0.name == "dlq.reason" } ?? headers.endIndex)...]
        var bare = EncodedRecord(topic: record.topic, key: nil, value: nil, headers: [])
        if let count = headers.last(where: { $0.name == DeadLetterHeaders.redriven }) {
            HeaderBlock.append(name: count.name.utf8, value: count.value, to: &bare.headers)
        }
        for header in ours { HeaderBlock.append(name: header.name.utf8, value: header.value, to: &bare.headers) }
        let original = record.headers.count - bare.headers.count
        omit("dlq.value_omitted", record.value?.count, from: &bare)
        omit("dlq.key_omitted", record.key?.count, from: &bare)
        omit("dlq.headers_omitted", original, from: &bare)
        guard let value = record.value else { return [bare] }
        var valueless = record
        valueless.value = nil
        omit("dlq.value_omitted", value.count, from: &valueless)
        return [valueless, bare]
    }

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
