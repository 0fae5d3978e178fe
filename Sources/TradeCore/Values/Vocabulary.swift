// The enumerations of the wire. Raw values are those of the platform that emits the events, compared exactly (R7).

/// What a pass decides: entries, or the positions that are open. Each has its own lock key and gates.
package enum UseCase: String, CaseIterable, Sendable {
    case enterMarket = "enter_market"
    case openPositions = "open_positions"
}

/// What an expert advises for a symbol.
package enum RecommendedAction: String, CaseIterable, Sendable {
    case sell = "SELL"
    case underweight = "UNDERWEIGHT"
    case hold = "HOLD"
    case overweight = "OVERWEIGHT"
    case buy = "BUY"
    case error = "ERROR"
}

/// The life of a position. Active is WAITING or OPENED.
package enum PositionStatus: String, CaseIterable, Sendable {
    case waiting = "WAITING"
    case opened = "OPENED"
    case closing = "CLOSING"
    case closed = "CLOSED"
    case failed = "FAILED"

    /// Whether a position in this status keeps its expert from another entry in the symbol (G3).
    package var isActive: Bool { self == .waiting || self == .opened }

    /// Whether nothing moves a position out of this status.
    package var isTerminal: Bool { self == .closed || self == .failed }
}

/// The side of an order or a position.
package enum Side: String, CaseIterable, Sendable {
    case buy = "BUY"
    case sell = "SELL"

    package var opposite: Side { self == .buy ? .sell : .buy }
}

/// How an order is to be executed.
package enum OrderType: String, CaseIterable, Sendable {
    case market
    case buyLimit = "buy_limit"
    case sellLimit = "sell_limit"
    case buyStop = "buy_stop"
    case sellStop = "sell_stop"
    case buyStopLimit = "buy_stop_limit"
    case sellStopLimit = "sell_stop_limit"
}

/// What an order is for.
package enum OrderRole: String, CaseIterable, Sendable {
    case entry
    case takeProfit = "take_profit"
    case stopLoss = "stop_loss"
    case close
    case increase
    case decrease
}

/// The status of an order as the execution service reports it.
package enum OrderStatus: String, CaseIterable, Sendable {
    case pending
    case waitingTrigger = "waiting_trigger"
    case new
    case accepted
    case pendingNew = "pending_new"
    case partiallyFilled = "partially_filled"
    case filled
    case canceled
    case rejected
    case expired
    case replaced

    /// Whether nothing follows this status (domain.md, Values).
    package var isTerminal: Bool {
        switch self {
        case .filled, .canceled, .rejected, .expired, .replaced: true
        default: false
        }
    }
}

package enum RiskLevel: String, CaseIterable, Sendable {
    case low = "LOW"
    case medium = "MEDIUM"
    case high = "HIGH"
}

package enum TimeHorizon: String, CaseIterable, Sendable {
    case shortTerm = "SHORT_TERM"
    case mediumTerm = "MEDIUM_TERM"
    case longTerm = "LONG_TERM"
}

/// Why an event or a recommendation led to no order (design §5).
package enum SkipReason: String, CaseIterable, Sendable {
    case lockBusy = "lock_busy"
    case duplicateEvent = "duplicate_event"
    case existingTransaction = "existing_transaction"
    case superseded
    case stale
    case hold
    case halted
    case unknownExpert = "unknown_expert"
    case expertDisabled = "expert_disabled"
    case automationDisabled = "automation_disabled"
    case noRuleset = "no_ruleset"
    case conditionsNotMet = "conditions_not_met"
    case evaluationError = "evaluation_error"
    case sideNotPermitted = "side_not_permitted"
    case limit
    case insufficientEquity = "insufficient_equity"
    case unfunded
    case noPosition = "no_position"
    case expired
    case undeliverable
}
