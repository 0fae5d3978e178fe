package import TradeContracts
package import TradeCore

/// How a group commit ended (design §4, "When the store fails").
package enum CommitResult: Hashable, Sendable {
    /// Every entry is durable.
    case committed
    /// The entries before the one with this number are durable; that one violates a constraint or holds data that the store
    /// refuses; it and all behind it have left no trace.
    case refused(number: Int64, reason: String)
    /// Nothing of the group is durable, and trying again may help: the disk is full, the file is locked.
    case unavailable(reason: String)
    /// Whether the group is durable is not known: `recover` has to be called before anything else.
    case inDoubt(reason: String)
}

/// What a start of the service writes down about itself (G6).
package struct StoreIdentity: Hashable, Sendable {
    package var id: UniqueID
    /// Starts on this store, counted from 1.
    package var start: Int64
    /// Random, so that the same start of a copied store is told apart.
    package var incarnation: UInt64

    package init(id: UniqueID, start: Int64, incarnation: UInt64) {
        self.id = id
        self.start = start
        self.incarnation = incarnation
    }
}

/// What the store holds when the service starts.
package struct StoreSnapshot: Sendable {
    package var lastCommit: Int64 = 0
    /// The highest row numbers given out, 0 where there are none.
    package var lastEvent: Int64 = 0
    package var lastRecommendation: Int64 = 0
    package var lastPosition: Int64 = 0
    package var lastOutboxRow: Int64 = 0
    package var relayMark: Int64 = 0
    /// Nil: nothing was ever published.
    package var relay: RelayNote?
    /// Those that the mark has not passed yet.
    package var withdrawals: [Withdrawal] = []
    package var inputPositions: [InputPosition] = []
    package var reference: [ReferenceWrite] = []
    /// What is halted, in any order (R93).
    package var halts: [Halt] = []
    /// Keys that have pending recommendations: each gets a pass (design §4).
    package var pendingKeys: [ExpertUseCase] = []

    package init() {}
}

/// The store, as the writer's thread sees it. Every call is made by that one thread; a call may block.
package protocol Store: AnyObject {
    /// What is there at start, and every identity to `identity` (for the filter that spares new ones a load): the stable
    /// hashes of event identities and of recommendation keys (`RecommendationKey.stableHash`).
    func snapshot(identity: (UInt64) -> Void) throws -> StoreSnapshot

    /// Every WAITING, OPENED and CLOSING position, in any order: what they bind is summed up at start (R54, R55).
    func openPositions(_ body: (Position) -> Void) throws

    /// Commits the entries in order, in one transaction. The rows are encoded.
    func commit(_ entries: [ChangeSet]) -> CommitResult

    /// After doubt: opens the store anew and returns the number of the last durable entry; throws while it can't.
    func recover() throws -> Int64
}

/// A recommendation's identity: it counts once per (expert, use case) (R13).
package struct RecommendationKey: Hashable, Sendable {
    package var key: ExpertUseCase
    package var id: RecommendationID

    package init(key: ExpertUseCase, id: RecommendationID) {
        self.key = key
        self.id = id
    }

    /// The same in every process: the filter of identities uses it.
    package var stableHash: UInt64 {
        var hash = StableHash()
        hash.combine(byte: key.useCase == .enterMarket ? 1 : 2)
        hash.combine(key.expert.rawValue)
        hash.combine(id.rawValue)
        return hash.value
    }
}

/// All that the store knows of an expert and its keys.
package struct ExpertSnapshot: Sendable {
    package struct Key: Sendable {
        package var useCase: UseCase
        /// The last run that the store has seen, 0 for none.
        package var run: Int64
        /// By number.
        package var pending: [PendingRecommendation]
        /// More are pending than were asked for: then none of them is here, and they are read in pages (G7).
        package var hasMore: Bool

        package init(useCase: UseCase, run: Int64, pending: [PendingRecommendation], hasMore: Bool = false) {
            self.useCase = useCase
            self.run = run
            self.pending = pending
            self.hasMore = hasMore
        }
    }

    package var expert: ExpertID
    /// WAITING, OPENED and CLOSING ones, by number.
    package var positions: [Position]
    /// Those that the store knows; an unknown key has no runs and nothing pending.
    package var keys: [Key]
    /// When positions were created, in whatever status they are by now: those of the hour before the newest one, oldest first.
    /// The limit of entries an hour counts them (R94).
    package var entries: [Timestamp]

    package init(expert: ExpertID, positions: [Position], keys: [Key], entries: [Timestamp] = []) {
        self.expert = expert
        self.positions = positions
        self.keys = keys
        self.entries = entries
    }
}

/// A question to the store. Answered from a state that holds at least every commit that was reported before it was asked.
package enum LoadRequest: Hashable, Sendable {
    /// Which of these are in the store.
    case known(identities: [EventIdentity], recommendations: [RecommendationKey])
    /// `pendingLimit`: of a key with more pending recommendations none is read.
    case expert(ExpertID, pendingLimit: Int)
    /// Pending recommendations of a key that has more of them than are kept in memory.
    case pending(ExpertUseCase, limit: Int)
    /// The position, in whatever status, that an order belongs to.
    case position(order: UniqueID)
    /// Rows of the outbox with numbers above `after`, by number.
    case outbox(after: Int64, limit: Int)
    /// What came before these recommendations of an expert.
    case history(ExpertID, [HistoryQuestion])
}

/// The answer to a `LoadRequest` of the same case.
package enum LoadAnswer: Sendable {
    case known(identities: Set<EventIdentity>, recommendations: Set<RecommendationKey>)
    case expert(ExpertSnapshot)
    case pending(PendingPage)
    case position(Position?)
    case outbox([PublishableRow])
    /// In the order of the questions.
    case history([HistoryAnswer])
}

/// The store, as the reader's thread sees it: a connection of its own that never writes. A call may block.
package protocol Queries: AnyObject {
    /// Throws where the store can't answer now; the question is asked again.
    func answer(_ request: LoadRequest) throws -> LoadAnswer
}
