import TradeContracts
import TradeCore

/// A difference between the ledger and the topics.
struct AuditFinding: Hashable {
    enum Kind: String, CaseIterable {
        case missing
        case twice
        case outOfOrder = "out of order"
        case withdrawn
        case foreign
    }

    /// Where a record stands in an output topic.
    struct Place: Hashable {
        var topic: OutputTopic
        var partition: Int32
        var offset: Int64
    }

    var kind: Kind
    /// The row that it is about; nil for a foreign record.
    var row: Int64?
    var topic: OutputTopic
    /// Of the row, or of the record where it has one.
    var id: UniqueID?
    /// Where the record was found; nil where none was.
    var place: Place?
}
