package import TradeCore

/// What a published record is known by, whoever reads it: sixteen bytes.
package enum OutputIdentity {
    /// Of an order or a skip its id, which `ce_id` holds (R89); of a dead letter an id that is derived from where its record stood
    /// and from the reason. Nil where the headers say neither: the record is not ours.
    package static func id(of topic: OutputTopic, headers: [UInt8]) -> UniqueID? {
        switch topic {
        case .ordersCreated, .eventsSkipped:
            var id: UniqueID?
            HeaderBlock.forEach(in: headers) { name, value in
                guard name.isEqual(to: "ce_id") else { return }
                id = value.flatMap { UniqueID(String(decoding: $0, as: UTF8.self)) }
            }
            return id
        case .deadLetters:
            guard let letter = DeadLetterHeaders(headers) else { return nil }
            return DerivedID.deadLetter(
                topic: letter.sourceTopic, partition: letter.sourcePartition, offset: letter.sourceOffset,
                reason: letter.reason)
        }
    }

    /// When the record was made: `ce_time` of an order or a skip, `dlq.failed_at` of a dead letter (R79, R89). Nil where it does not
    /// say.
    package static func time(of topic: OutputTopic, headers: [UInt8]) -> Timestamp? {
        let wanted: StaticString = topic == .deadLetters ? "dlq.failed_at" : "ce_time"
        var time: Timestamp?
        HeaderBlock.forEach(in: headers) { name, value in
            if name.isEqual(to: wanted) { time = value.flatMap { RFC3339.parse($0) } }
        }
        return time
    }
}
