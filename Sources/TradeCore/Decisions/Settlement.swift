/// One selected recommendation with the rules' answer, ready to settle.
package struct SettleCandidate: Sendable {
    package var recommendation: Recommendation
    package var decision: RuleDecision
    package var ids: CandidateIDs
    /// The active position of this expert in the symbol as it is now: what the safety check looks at.
    package var position: Position?

    package init(recommendation: Recommendation, decision: RuleDecision, ids: CandidateIDs, position: Position?) {
        self.recommendation = recommendation
        self.decision = decision
        self.ids = ids
        self.position = position
    }
}

/// The money of an expert and its account as it is now (R54, R55).
package struct Funds: Sendable {
    package var balance: ExactDecimal
    package var buyingPower: ExactDecimal
    /// `used` of this expert.
    package var expertUsed: ExactDecimal
    /// `used` of all experts of the account.
    package var accountUsed: ExactDecimal
    /// Price × quantity of what the account's experts have ordered and is not filled.
    package var accountOrdered: ExactDecimal

    package init(
        balance: ExactDecimal, buyingPower: ExactDecimal, expertUsed: ExactDecimal, accountUsed: ExactDecimal,
        accountOrdered: ExactDecimal
    ) {
        self.balance = balance
        self.buyingPower = buyingPower
        self.expertUsed = expertUsed
        self.accountUsed = accountUsed
        self.accountOrdered = accountOrdered
    }
}

/// A pass at the moment of settling.
package struct SettleContext: Sendable {
    package var useCase: UseCase
    package var expert: Expert
    package var funds: Funds
    package var now: Timestamp
    /// `orders.valid_for`: what `expires_at` of entries and increases is counted from `now`, in seconds; nil: never.
    package var validFor: Int64?
    /// Active positions of the expert, for `max_open_positions` (R94).
    package var activePositions: Int
    /// Entries of the expert in the hour before `now`, for `max_entries_per_hour` (R94).
    package var entriesInHour: Int
    /// The number that a new position gets; the next ones count on.
    package var nextPositionNumber: Int64
    /// A halt of entries only covers this expert: open_positions makes no increases (R93).
    package var increasesHalted: Bool

    package init(
        useCase: UseCase, expert: Expert, funds: Funds, now: Timestamp, validFor: Int64?, activePositions: Int,
        entriesInHour: Int, nextPositionNumber: Int64, increasesHalted: Bool = false
    ) {
        self.useCase = useCase
        self.expert = expert
        self.funds = funds
        self.now = now
        self.validFor = validFor
        self.activePositions = activePositions
        self.entriesInHour = entriesInHour
        self.nextPositionNumber = nextPositionNumber
        self.increasesHalted = increasesHalted
    }
}

/// An order as a pass creates it; the contract adds the event, the run and the topic.
package struct PlannedOrder: Hashable, Sendable {
    package var id: UniqueID
    package var position: UniqueID
    package var role: OrderRole
    package var side: Side
    package var type: OrderType
    package var quantity: Fixed9
    package var limitPrice: Fixed9?
    package var stopPrice: Fixed9?
    package var status: OrderStatus
    package var parent: UniqueID?
    package var expiresAt: Timestamp?

    package init(
        id: UniqueID, position: UniqueID, role: OrderRole, side: Side, type: OrderType, quantity: Fixed9,
        limitPrice: Fixed9? = nil, stopPrice: Fixed9? = nil, status: OrderStatus, parent: UniqueID? = nil,
        expiresAt: Timestamp? = nil
    ) {
        self.id = id
        self.position = position
        self.role = role
        self.side = side
        self.type = type
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
        self.status = status
        self.parent = parent
        self.expiresAt = expiresAt
    }
}

/// What became of one candidate.
package enum CandidateOutcome: Hashable, Sendable {
    /// `existing` only with `existing_transaction` (R78).
    case skip(reason: SkipReason, message: String, existing: Position?)
    /// The position after the orders, new or changed.
    case orders([PlannedOrder], position: Position)
}

/// What an order update did to a position.
package enum UpdateOutcome: Hashable, Sendable {
    /// The position as it is now; its orders' statuses may have changed alone.
    case changed(Position)
    /// Nothing changes: repeated, late, or of no consequence.
    case unchanged
    /// Nothing changes, and an operator has to look (R85): what happened.
    case reported(String)
}
