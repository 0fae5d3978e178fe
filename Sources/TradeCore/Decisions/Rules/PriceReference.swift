/// What the percent of a take-profit or stop-loss is taken from (domain.md, Actions).
enum PriceReference: String, Sendable {
    case orderOpenPrice = "order_open_price"
    case currentPrice = "current_price"
    case expertTargetPrice = "expert_target_price"
}
