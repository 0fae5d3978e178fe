import TradeCore

/// What is not to be published of what the outbox holds, found by row.
struct WithdrawalTable {
    /// Few: those of halts.
    private(set) var halts: [Withdrawal] = []
    private var positions: [UniqueID: Withdrawal] = [:]

    var count: Int { halts.count + positions.count }

    mutating func insert(_ withdrawal: Withdrawal) {
        if case .position(let id) = withdrawal.scope {
            positions[id] = withdrawal
        } else {
            halts.append(withdrawal)
        }
    }

    mutating func remove(_ withdrawal: Withdrawal) {
        if case .position(let id) = withdrawal.scope {
            positions[id] = nil
        } else if let place = halts.lastIndex(of: withdrawal) {
            halts.remove(at: place)
        }
    }

    /// The mark has passed these.
    mutating func removeAll(through mark: Int64) {
        if !halts.isEmpty { halts.removeAll { $0.through <= mark } }
        if !positions.isEmpty { positions = positions.filter { $0.value.through > mark } }
    }

    /// Of the position that a row's order belongs to.
    func ofPosition(_ id: UniqueID, row: Int64) -> Withdrawal? {
        if positions.isEmpty { return nil }
        return positions[id].flatMap { row <= $0.through ? $0 : nil }
    }

    /// Of a halt that covers a row's entry or increase.
    func ofHalt(row: Int64, expert: ExpertID, account: AccountID) -> Withdrawal? {
        halts.first { withdrawal in
            guard row <= withdrawal.through, case .halt(let scope) = withdrawal.scope else { return false }
            return scope.covers(expert, account: account)
        }
    }
}
