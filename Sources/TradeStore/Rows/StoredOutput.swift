package import TradeContracts

/// An order or a skip in the outbox.
package struct StoredOutput: Sendable {
    /// The row's number: up to the relay's mark they are published.
    package let number: Int64
    package let topic: OutputTopic
    /// JSON, as it is published.
    package let value: [UInt8]
}
