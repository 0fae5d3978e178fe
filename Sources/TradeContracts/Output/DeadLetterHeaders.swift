/// What the headers of a dead letter say of it (design §5, §6). A record that was a dead letter before may have more of the same
/// names: the last set counts, because ours stand behind the original ones.
package struct DeadLetterHeaders: Hashable, Sendable {
    /// How often the record was sent in again; in what is sent in again, and kept in the dead letter that it becomes.
    package static let redriven = "dlq.redriven"
    /// What the names of all headers begin with that are not the original record's.
    package static let prefix = "dlq."

    /// A `DeadLetterReason`, or what a later version says.
    package var reason: String
    package var message: String
    package var sourceTopic: String
    package var sourcePartition: Int32
    package var sourceOffset: Int64
    /// Milliseconds since 1970; nil where the record had none.
    package var sourceTimestamp: Int64?
    /// How often the record was sent in again; nil where the header is no number.
    package var redrivenCount: Int?
    /// The length of a value that was too large for the dead letter, as the header says it.
    package var omittedValue: String?
    /// The same of all that was left out besides the value.
    package var omittedRest: String?

    /// Nil where these are not the headers of a dead letter.
    package init?(_ block: [UInt8]) {
        var own: [String: String] = [:]
        var count: Int? = 0
        HeaderBlock.forEach(in: block) { name, value in
            guard name.begins(with: "dlq.") else { return }
            let key = String(decoding: name, as: UTF8.self)
            let text = value.map { String(decoding: $0, as: UTF8.self) }
            if key == DeadLetterHeaders.redriven {
                count = text.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
            } else {
                if key == "dlq.reason" { own.removeAll(keepingCapacity: true) }
                own[key] = text
            }
        }
        guard let reason = own["dlq.reason"], let topic = own["dlq.source.topic"],
            let partition = own["dlq.source.partition"].flatMap({ Int32($0) }),
            let offset = own["dlq.source.offset"].flatMap({ Int64($0) })
        else { return nil }
        self.reason = reason
        message = own["dlq.message"] ?? ""
        sourceTopic = topic
        sourcePartition = partition
        sourceOffset = offset
        sourceTimestamp = own["dlq.source.timestamp"].flatMap { Int64($0) }
        redrivenCount = count
        omittedValue = own["dlq.value_omitted"]
        omittedRest = own["dlq.key_omitted"] ?? own["dlq.headers_omitted"]
    }

    /// The original headers, and how often the record is sent in again.
    package static func redriven(_ block: [UInt8], count: Int) -> [UInt8] {
        var original: [UInt8] = []
        HeaderBlock.forEach(in: block) { name, value in
            guard !name.begins(with: "dlq.") else { return }
            HeaderBlock.append(name: name, value: value, to: &original)
        }
        HeaderBlock.append(name: redriven.utf8, value: String(count).utf8, to: &original)
        return original
    }
}
