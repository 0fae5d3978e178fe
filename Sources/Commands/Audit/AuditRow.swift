import TradeContracts
import TradeCore

/// A row of the outbox as the audit remembers it: small, because there may be millions.
struct AuditRow {
    let id: UniqueID
    let number: Int64
    /// A hash of topic and key: what stands in one order.
    let key: UInt64
    /// Where the key belongs by the service's partitioner; −1 for a row without a key.
    let partition: Int32
    let topic: OutputTopic
    let isWithdrawn: Bool
    /// How often it was found, up to the most that fits.
    var finds: UInt8 = 0

    init(
        id: UniqueID, number: Int64, key: UInt64, partition: Int32?, topic: OutputTopic, isWithdrawn: Bool = false
    ) {
        self.id = id
        self.number = number
        self.key = key
        self.partition = partition ?? -1
        self.topic = topic
        self.isWithdrawn = isWithdrawn
    }

    mutating func find() { if finds < .max { finds += 1 } }

    static func key(_ topic: OutputTopic, _ key: [UInt8]?) -> UInt64 {
        var hash = StableHash()
        hash.combine(byte: topic.rawValue)
        hash.combine(byte: key == nil ? 0 : 1)
        if let key { hash.combine(key) }
        return hash.value
    }
}
