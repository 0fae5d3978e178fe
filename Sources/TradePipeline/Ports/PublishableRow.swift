package import TradeContracts
package import TradeCore

/// An outbox row as the relay publishes it.
package struct PublishableRow: Hashable, Sendable {
    package var number: Int64
    package var record: EncodedRecord
    /// What the row was made of: an order has to be withdrawn by it. Nil where that is not known and not needed.
    package var origin: Origin?
    /// Why the row is set aside; nil: it is to be published.
    package var withdrawn: SkipReason?

    package enum Origin: Sendable {
        case row(OutboxRow)
        /// Read back from the record.
        case order(StoredOrder)
    }

    /// An order that was read back: an object, because it is large and rare.
    package final class StoredOrder: Sendable {
        package let order: PublishedOrder

        package init(_ order: PublishedOrder) { self.order = order }
    }

    package init(number: Int64, record: EncodedRecord, origin: Origin? = nil, withdrawn: SkipReason? = nil) {
        self.number = number
        self.record = record
        self.origin = origin
        self.withdrawn = withdrawn
    }

    /// The order that the row publishes.
    package var order: PublishedOrder? {
        switch origin {
        case .row(let row): if case .order(let order) = row.record { PublishedOrder(order) } else { nil }
        case .order(let stored): stored.order
        case nil: nil
        }
    }

    package static func == (left: PublishableRow, right: PublishableRow) -> Bool {
        left.number == right.number && left.record == right.record && left.withdrawn == right.withdrawn
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(number) }
}
