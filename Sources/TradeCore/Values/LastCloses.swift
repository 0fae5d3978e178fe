/// When an expert's positions in a symbol were last closed: at all, with a profit, with a loss (R45). Nil: never.
package struct LastCloses: Hashable, Sendable {
    package var any: Timestamp?
    package var profitable: Timestamp?
    package var losing: Timestamp?

    package init(any: Timestamp? = nil, profitable: Timestamp? = nil, losing: Timestamp? = nil) {
        self.any = any
        self.profitable = profitable
        self.losing = losing
    }

    /// Takes a position into account; one that was not closed by a fill changes nothing. The order does not matter.
    ///
    /// Profitable or losing is (fill price − price) × quantity, signed for a short, above or below 0.
    package mutating func include(_ position: Position) {
        guard position.status == .closed, let closedAt = position.closedAt else { return }
        any = later(any, closedAt)
        guard let fill = position.closePrice, fill != position.price else { return }
        if (fill > position.price) == (position.side == .buy) {
            profitable = later(profitable, closedAt)
        } else {
            losing = later(losing, closedAt)
        }
    }

    /// Takes others into account.
    package mutating func merge(_ other: LastCloses) {
        if let time = other.any { any = later(any, time) }
        if let time = other.profitable { profitable = later(profitable, time) }
        if let time = other.losing { losing = later(losing, time) }
    }

    private func later(_ known: Timestamp?, _ new: Timestamp) -> Timestamp { max(known ?? new, new) }
}
