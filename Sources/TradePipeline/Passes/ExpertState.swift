import TradeCore

/// An expert in memory: its positions and keys as the store and the commit queue together have them.
final class ExpertState {
    enum Phase {
        /// A question to the store is under way; nothing of this expert is taken in or settled.
        case loading
        case ready
    }

    let id: ExpertID
    var phase = Phase.loading
    /// WAITING, OPENED and CLOSING ones, by number.
    var positions: [Int64: Position] = [:]
    /// The active one of a symbol: at most one (G3).
    var active: [Symbol: Int64] = [:]
    /// The position of each order of `positions`.
    var orders: [UniqueID: Int64] = [:]
    var enterMarket: KeyState?
    var openPositions: KeyState?
    /// Keys that get a pass as soon as the expert is there.
    var sweeps: [UseCase] = []
    /// When entries were made, for the limit an hour (R94).
    var entries = Queue<Timestamp>()
    /// What its rules may ask about.
    var history = ExpertHistory()
    /// Entries that touch it and are not durable, or not followed yet (`Pipeline.followCommits`).
    var uncommitted = 0
    /// Partitions whose first record waits for it.
    var waiters: [PartitionState] = []
    /// In the list of those that may be reclaimed.
    var idle = false
    /// Reclaimed: whoever still knows it has to look for the expert anew.
    var isForgotten = false

    init(id: ExpertID) { self.id = id }

    func activePosition(_ symbol: Symbol) -> Position? {
        guard let number = active[symbol] else { return nil }
        return positions[number]
    }

    func key(_ useCase: UseCase) -> KeyState? { useCase == .enterMarket ? enterMarket : openPositions }

    /// Forgets what was read from the store: it is read again.
    func forget() {
        phase = .loading
        positions = [:]
        active = [:]
        orders = [:]
        entries = Queue()
        history.forget()
        enterMarket?.forget()
        openPositions?.forget()
    }
}
