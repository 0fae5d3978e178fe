/// The last action of each kind over all rules that matched so far (R37), of those that have an effect in the use case (R38).
struct StandingActions {
    /// An order whose price is not found yet, with the rule that asks for it.
    struct Protection {
        let reference: PriceReference
        let percent: Fixed9
        let rule: Int
    }

    var entry: Side?
    var close = false
    var takeProfit: Protection?
    var stopLoss: Protection?
    var shareChange: RequestedActions.ShareChange?
    /// Whether an order that stands could not be priced (R48).
    var unpriced = false

    /// Whether the price of an order depends on the recommendation's target.
    var refersToTarget: Bool {
        takeProfit?.reference == .expertTargetPrice || stopLoss?.reference == .expertTargetPrice
    }

    mutating func take(_ action: CompiledAction, of rule: Int, in useCase: UseCase) {
        switch action {
        case .entry(let side): if useCase == .enterMarket { entry = side }
        case .close: if useCase == .openPositions { close = true }
        case .share(let change): if useCase == .openPositions { shareChange = change }
        case .takeProfit(let reference, let percent):
            takeProfit = Protection(reference: reference, percent: percent, rule: rule)
        case .stopLoss(let reference, let percent):
            stopLoss = Protection(reference: reference, percent: percent, rule: rule)
        case .stopProcessing: break
        }
    }
}
