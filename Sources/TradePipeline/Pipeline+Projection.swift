package import TradeContracts
package import TradeCore

/// What the machine holds in memory of the store's state: in a test it is compared with the store and the queue (design §4,
/// "After every commit the caches equal the store plus the queue").
package struct PipelineProjection: Sendable {
    /// An expert whose state is in memory.
    package struct CachedExpert: Sendable {
        /// Whether the state is read; while it is not, nothing of it is here.
        package var isReady = false
        /// WAITING, OPENED and CLOSING ones, by number.
        package var positions: [Int64: Position] = [:]
        package var active: [Symbol: Int64] = [:]
        package var orders: [UniqueID: Int64] = [:]
        package var keys: [CachedKey] = []
    }

    /// A lock key that is in memory.
    package struct CachedKey: Sendable {
        package var useCase: UseCase
        package var run: Int64
        package var isHeld: Bool
        package var isDirty: Bool
        package var waiters: Int
        package var hasRetry: Bool
        /// More are pending than `pending` says.
        package var isSpilled: Bool
        /// Numbers, in their order.
        package var pending: [Int64]
    }

    /// What positions bind of money.
    package struct Bound: Sendable {
        package var used: ExactDecimal
        package var ordered: ExactDecimal

        package init(used: ExactDecimal, ordered: ExactDecimal) {
            self.used = used
            self.ordered = ordered
        }
    }

    package var experts: [ExpertID: CachedExpert] = [:]
    package var expertMoney: [ExpertID: Bound] = [:]
    /// Nil inside: out of range.
    package var accountMoney: [AccountID: Bound?] = [:]
    package var inputPositions: [TopicPartition: Int64] = [:]
    /// The entries of the commit queue, in order.
    package var queued: [ChangeSet] = []
    /// Entries that wait to be made anew after a refusal: while there are any, caches and queue say nothing.
    package var isRecovering = false
    package var lastCommit: Int64 = 0
    package var lastOutboxRow: Int64 = 0
    package var acknowledged: Int64 = 0
    package var visible: Int64 = 0
    package var durableMark: Int64 = 0
    /// Rows whose withdrawal is under way.
    package var withdrawing: Set<Int64> = []
    package var passes = 0
    package var heldPasses = 0
    package var retries = 0
    package var recentIdentities = 0
    package var openTickets: Int64 = 0
    package var waitingRecords = 0
}

extension Pipeline {
    /// A copy of what is in memory. It costs as much as there is: for tests and for the describing of a state, not for the path.
    package var projection: PipelineProjection {
        var result = PipelineProjection()
        for (id, state) in experts {
            var cached = PipelineProjection.CachedExpert(isReady: state.phase == .ready)
            cached.positions = state.positions
            cached.active = state.active
            cached.orders = state.orders
            cached.keys = [state.enterMarket, state.openPositions].compactMap { key in key.map(project) }
            result.experts[id] = cached
        }
        reference.forEachTotal(
            expert: { result.expertMoney[$0] = PipelineProjection.Bound(used: $1.used, ordered: $1.ordered) },
            account: { account, totals in
                result.accountMoney[account] = .some(
                    totals.map { PipelineProjection.Bound(used: $0.used, ordered: $0.ordered) })
            })
        result.inputPositions = positions
        result.queued = queue.entries.elements.map(\.changes)
        result.isRecovering = recovery != nil
        result.lastCommit = queue.durable
        result.lastOutboxRow = outboxNumber
        result.acknowledged = relay.acknowledged
        result.visible = relay.visible
        result.durableMark = relay.durableMark
        result.withdrawing = Set(relay.withdrawing.keys)
        result.passes = passes.count
        result.heldPasses = heldPasses.count
        result.retries = retries.count
        result.recentIdentities = recentEvents.count + recentRecommendations.count + recentEndings.count
        result.openTickets = tickets.next - tickets.oldest
        result.waitingRecords = partitions.values.reduce(0) { $0 + $1.waiting.count }
        return result
    }

    /// How many entries are queued while the store is in trouble, nil while it works: nothing new settles then (design §4).
    package var entriesInTrouble: Int? { queue.isWorking && recovery == nil ? nil : queue.count }

    /// What the reference data says now of a key.
    package func currentReference(_ key: ReferenceKey) -> ReferenceValue? { reference.current(key) }

    private func project(_ key: KeyState) -> PipelineProjection.CachedKey {
        PipelineProjection.CachedKey(
            useCase: key.key.useCase, run: locks.run(key.slot), isHeld: locks.isHeld(key.slot),
            isDirty: locks.isDirty(key.slot), waiters: locks.waiters(key.slot), hasRetry: key.retryAt != nil,
            isSpilled: key.spilled, pending: key.pending.map(\.number))
    }
}

extension ReferenceTable {
    /// What positions bind, of every expert and account that binds or bound any.
    func forEachTotal(expert: (ExpertID, Totals) -> Void, account: (AccountID, Totals?) -> Void) {
        for (id, totals) in expertTotals { expert(id, totals) }
        for (id, totals) in accountTotals { account(id, totals) }
    }
}
