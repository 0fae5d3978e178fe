import TradeContracts
import TradeCore

/// An order of the outbox that is not to be published (R93, R95), with what takes its place.
final class WithdrawnOrder {
    /// The outbox number.
    let row: Int64
    let order: PublishedOrder
    let reason: SkipReason
    /// For people; names the order (R95).
    let message: String
    /// Its position has failed already: the row goes without anything in its place.
    let isDependent: Bool
    /// Its entry is queued.
    var isQueued = false

    init(row: Int64, order: PublishedOrder, reason: SkipReason, message: String, isDependent: Bool) {
        self.row = row
        self.order = order
        self.reason = reason
        self.message = message
        self.isDependent = isDependent
    }

    /// What became of the order, as if the execution service had said so.
    var status: OrderStatus {
        switch reason {
        case .expired: .expired
        case .undeliverable: .rejected
        default: .canceled
        }
    }
}
