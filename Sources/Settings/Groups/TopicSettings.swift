/// `kafka.topics`: the names of the topics.
package struct TopicSettings: Sendable {
    @Sourced package var analysisCompleted = "analysis.completed"
    @Sourced package var orderUpdates = "trade.order-updates"
    /// Nil: reference data comes from the file alone (R98).
    @Sourced package var reference: String? = "trade.reference"
    @Sourced package var ordersCreated = "trade.orders.created"
    @Sourced package var eventsSkipped = "trade.events.skipped"
    @Sourced package var deadLetters = "analysis.completed.dlq"
}
