package import TradeContracts
package import TradeCore

/// A row of the outbox without its value: what tells whether it was published.
package struct StoredRow: Sendable {
    package let number: Int64
    package let topic: OutputTopic
    package let key: [UInt8]?
    /// In the form of `HeaderBlock`.
    package let headers: [UInt8]
    /// Why it is set aside; nil: it is published, or will be.
    package let withdrawn: SkipReason?

    static let columns = "number, topic, key, headers, withdrawn"

    /// The row in `columns`.
    init(_ row: Statement) throws {
        number = row.integer(0)
        guard let topic = UInt8(exactly: row.integer(1)).flatMap(OutputTopic.init(rawValue:)) else {
            throw DamagedRow("outbox row \(number) has an unknown topic")
        }
        self.topic = topic
        key = row.optionalBlob(2)
        headers = row.blob(3)
        withdrawn = try row.optionalInteger(4).map { [number] code in
            guard let reason = SkipReason(code: code) else {
                throw DamagedRow("outbox row \(number) is set aside for an unknown reason \(code)")
            }
            return reason
        }
    }
}
