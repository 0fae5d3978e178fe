/// What the execution service reports of an order (R82).
package struct OrderUpdate: Hashable, Sendable {
    /// Nil where `order_id` is no id of ours by its form: such an update is counted and ignored.
    package var order: UniqueID?
    package var expert: ExpertID
    package var status: OrderStatus
    package var filledQuantity: Fixed9?
    package var averagePrice: Fixed9?
    package var occurredAt: Timestamp

    package init(
        order: UniqueID?, expert: ExpertID, status: OrderStatus, filledQuantity: Fixed9? = nil,
        averagePrice: Fixed9? = nil, occurredAt: Timestamp
    ) {
        self.order = order
        self.expert = expert
        self.status = status
        self.filledQuantity = filledQuantity
        self.averagePrice = averagePrice
        self.occurredAt = occurredAt
    }
}
