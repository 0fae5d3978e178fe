/// A record of a file in the envelope that `kcat -J` prints (design §5, R17, R91): it owns its bytes.
package struct EnvelopeRecord: Hashable, Sendable {
    package var topic: String
    package var partition: Int32
    package var offset: Int64
    /// Milliseconds since 1970; nil where the file has none.
    package var timestamp: Int64?
    package var key: [UInt8]?
    /// Nil: a tombstone.
    package var value: [UInt8]?
    /// In the form of `HeaderBlock`.
    package var headers: [UInt8]

    package init(
        topic: String, partition: Int32, offset: Int64, timestamp: Int64?, key: [UInt8]?, value: [UInt8]?,
        headers: [UInt8] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// An output record at its place in an output file: partition 0, `offset` counted per topic, the pass's clock (R91).
    package init(_ record: EncodedRecord, topics: TopicNames, offset: Int64, timestamp: Int64?) {
        self.init(
            topic: topics.name(of: record.topic), partition: 0, offset: offset, timestamp: timestamp, key: record.key,
            value: record.value, headers: record.headers)
    }

    /// Calls `body` with a view of the record as one of an input topic; valid only within the call.
    package func withView<Result, Failure: Error>(
        as topic: InputTopic, _ body: (RecordView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try EnvelopeRecord.withBytes(key) { key throws(Failure) in
            try EnvelopeRecord.withBytes(value) { value throws(Failure) in
                try EnvelopeRecord.withBytes(headers) { block throws(Failure) in
                    var headers: [RecordView.Header] = []
                    if let block, !block.isEmpty {
                        HeaderBlock.forEach(in: block) { headers.append(RecordView.Header(name: $0, value: $1)) }
                    }
                    return try body(
                        RecordView(
                            address: RecordAddress(topic: topic, partition: partition, offset: offset),
                            timestamp: timestamp, key: key, value: value, headers: headers))
                }
            }
        }
    }

    private static func withBytes<Value, Failure: Error>(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let bytes else { return try body(nil) }
        let result = bytes.withUnsafeBytes { buffer -> Result<Value, Failure> in
            do throws(Failure) {
                return .success(try body(buffer))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
