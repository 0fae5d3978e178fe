import TradeCore

/// An enumeration as the store keeps it: a number that never changes its meaning, whatever happens to the order of cases.
protocol StoreCode: Hashable, CaseIterable {
    var code: Int64 { get }
}

extension StoreCode {
    /// The case of a number; nil where the number has none.
    init?(code: Int64) {
        guard let found = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}

extension UseCase: StoreCode {
    var code: Int64 {
        switch self {
        case .enterMarket: 1
        case .openPositions: 2
        }
    }
}

extension RecommendedAction: StoreCode {
    var code: Int64 {
        switch self {
        case .sell: 1
        case .underweight: 2
        case .hold: 3
        case .overweight: 4
        case .buy: 5
        case .error: 6
        }
    }
}

extension PositionStatus: StoreCode {
    // The schema's partial indexes name 1 to 4.
    var code: Int64 {
        switch self {
        case .waiting: 1
        case .opened: 2
        case .closing: 3
        case .closed: 4
        case .failed: 5
        }
    }
}

extension Side: StoreCode {
    var code: Int64 {
        switch self {
        case .buy: 1
        case .sell: 2
        }
    }
}

extension OrderRole: StoreCode {
    var code: Int64 {
        switch self {
        case .entry: 1
        case .takeProfit: 2
        case .stopLoss: 3
        case .close: 4
        case .increase: 5
        case .decrease: 6
        }
    }
}

extension OrderStatus: StoreCode {
    var code: Int64 {
        switch self {
        case .pending: 1
        case .waitingTrigger: 2
        case .new: 3
        case .accepted: 4
        case .pendingNew: 5
        case .partiallyFilled: 6
        case .filled: 7
        case .canceled: 8
        case .rejected: 9
        case .expired: 10
        case .replaced: 11
        }
    }
}

extension RiskLevel: StoreCode {
    var code: Int64 {
        switch self {
        case .low: 1
        case .medium: 2
        case .high: 3
        }
    }
}

extension TimeHorizon: StoreCode {
    var code: Int64 {
        switch self {
        case .shortTerm: 1
        case .mediumTerm: 2
        case .longTerm: 3
        }
    }
}

extension SkipReason: StoreCode {
    var code: Int64 {
        switch self {
        case .lockBusy: 1
        case .duplicateEvent: 2
        case .existingTransaction: 3
        case .superseded: 4
        case .stale: 5
        case .hold: 6
        case .halted: 7
        case .unknownExpert: 8
        case .expertDisabled: 9
        case .automationDisabled: 10
        case .noRuleset: 11
        case .conditionsNotMet: 12
        case .evaluationError: 13
        case .sideNotPermitted: 14
        case .limit: 15
        case .insufficientEquity: 16
        case .unfunded: 17
        case .noPosition: 18
        case .expired: 19
        case .undeliverable: 20
        }
    }
}
