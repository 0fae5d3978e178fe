import TradeContracts
import TradeKafka

/// How far a row that was not found says anything, in one partition of an output topic.
struct AuditPartition {
    /// Records from before the first offset that was read are gone, or were not asked for.
    let isOpenAtStart: Bool
    /// Records stand behind the last offset that was read.
    let isOpenAtEnd: Bool
    /// The lowest and the highest number among the rows that were found.
    private(set) var first: Int64?
    private(set) var last: Int64?

    init(isOpenAtStart: Bool, isOpenAtEnd: Bool) {
        self.isOpenAtStart = isOpenAtStart
        self.isOpenAtEnd = isOpenAtEnd
    }

    /// Of a range that was read. `keepsAll`: whether the broker keeps what it was given before its own start.
    init(_ extent: RangeExtent, keepsAll: Bool) {
        self.init(isOpenAtStart: extent.start > 0 || !keepsAll, isOpenAtEnd: extent.next < extent.logEnd)
    }

    mutating func found(_ number: Int64) {
        first = min(first ?? number, number)
        last = max(last ?? number, number)
    }

    mutating func merge(_ range: (first: Int64?, last: Int64?)) {
        if let number = range.first { found(number) }
        if let number = range.last { found(number) }
    }

    /// Whether a row with this number would stand before the first record that was looked at.
    func isBefore(_ number: Int64) -> Bool { isOpenAtStart && first.map { number < $0 } ?? true }

    /// Whether it would stand behind the last one.
    func isBehind(_ number: Int64) -> Bool { isOpenAtEnd && last.map { number > $0 } ?? true }
}
