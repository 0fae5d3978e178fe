import TradeContracts

/// One output record as a person reads it: an order, a skip or a dead letter.
struct Outcome {
    let record: EnvelopeRecord
    let fields: [OutputFieldReader.Field]
    private let deadLetter: [String: String]

    init(_ record: EnvelopeRecord, _ reader: OutputFieldReader) {
        self.record = record
        var headers: [String: String] = [:]
        for header in HeaderBlock.headers(of: record.headers) where header.name.hasPrefix("dlq.") {
            headers[header.name] = header.value.map { String(decoding: $0, as: UTF8.self) }
        }
        deadLetter = headers["dlq.reason"] == nil ? [:] : headers
        // What a dead letter carries is not ours to read.
        fields = deadLetter.isEmpty ? record.value.map(reader.fields) ?? [] : []
    }

    /// Whether both say the same; where they stand in their files doesn't matter.
    static func isSame(_ left: EnvelopeRecord, _ right: EnvelopeRecord) -> Bool {
        left.value == right.value && left.headers == right.headers && left.key == right.key && left.topic == right.topic
            && left.timestamp == right.timestamp
    }

    /// What it belongs to: an event, or for a dead letter the record that could not be read.
    var event: String {
        guard deadLetter.isEmpty else {
            let partition = deadLetter["dlq.source.partition"] ?? "?"
            return
                "record \(deadLetter["dlq.source.topic"] ?? "?") \(partition) \(deadLetter["dlq.source.offset"] ?? "?")"
        }
        return "event \(text("event_id") ?? "?")"
    }

    /// What of the event it decides: a recommendation with its symbol; empty for the event as a whole.
    var subject: String {
        guard let recommendation = text("recommendation_id") else { return "" }
        return "recommendation \(recommendation) \(text("symbol") ?? "")"
    }

    /// What came out.
    var summary: String {
        if let reason = deadLetter["dlq.reason"] { return "dead letter \(reason): \(deadLetter["dlq.message"] ?? "")" }
        if let reason = text("reason") { return "skip \(reason): \(text("message") ?? "")" }
        var parts = ["order"] + ["role", "side", "quantity", "order_type"].compactMap(text)
        if let limit = text("limit_price") { parts.append("limit \(limit)") }
        if let stop = text("stop_price") { parts.append("stop \(stop)") }
        if let status = text("status"), status != "pending" { parts.append(status) }
        return parts.joined(separator: " ")
    }

    private func text(_ name: String) -> String? { fields.first { $0.name == name }?.text }
}
