import TradeCore

/// Reads an expert's settings; what is absent or null has domain.md's default (R49, R94).
enum SettingsReader {
    private static let keys = [
        "allow_automated_trade_opening", "allow_automated_trade_modification", "enable_buy", "enable_sell",
        "virtual_equity_pct", "min_available_balance_pct", "minimum_equity_threshold_percent",
        "max_virtual_equity_per_instrument_percent", "diversification_factor", "sizing_mode", "risk_per_trade_pct",
        "min_stop_loss_pct", "min_take_profit_pct", "instrument_weights", "lot_size", "max_open_positions",
        "max_entries_per_hour",
    ]

    static func settings(_ node: ReferenceNode, path: String) throws(Undecodable) -> ExpertSettings {
        let map = try ReferenceMap(node, path: path, keys: keys)
        var settings = ExpertSettings()
        try set(&settings.allowAutomatedTradeOpening, map.bool("allow_automated_trade_opening"))
        try set(&settings.allowAutomatedTradeModification, map.bool("allow_automated_trade_modification"))
        try set(&settings.enableBuy, map.bool("enable_buy"))
        try set(&settings.enableSell, map.bool("enable_sell"))
        try set(&settings.virtualEquityPercent, share(map, "virtual_equity_pct"))
        try set(&settings.minAvailableBalancePercent, share(map, "min_available_balance_pct"))
        try set(&settings.minimumEquityThresholdPercent, share(map, "minimum_equity_threshold_percent"))
        try set(
            &settings.maxVirtualEquityPerInstrumentPercent, share(map, "max_virtual_equity_per_instrument_percent"))
        try set(
            &settings.diversificationFactor, map.decimal("diversification_factor", allowed: "above 0") { .zero < $0 })
        try set(&settings.sizingMode, sizingMode(map))
        try set(&settings.riskPerTradePercent, share(map, "risk_per_trade_pct"))
        try set(&settings.minStopLossPercent, share(map, "min_stop_loss_pct"))
        try set(&settings.minTakeProfitPercent, share(map, "min_take_profit_pct"))
        settings.instrumentWeights = try weights(map)
        try set(&settings.lotSize, map.integer("lot_size", in: 1 ... .max))
        settings.maxOpenPositions = try map.integer("max_open_positions", in: 0 ... .max)
        settings.maxEntriesPerHour = try map.integer("max_entries_per_hour", in: 0 ... .max)
        return settings
    }

    private static func set<Value>(_ setting: inout Value, _ value: Value?) {
        if let value { setting = value }
    }

    private static func share(_ map: ReferenceMap, _ key: String) throws(Undecodable) -> Fixed9? {
        try map.decimal(key, allowed: "not below 0") { .zero <= $0 }
    }

    private static func sizingMode(_ map: ReferenceMap) throws(Undecodable) -> SizingMode? {
        guard let text = try map.string("sizing_mode"), let node = map.value("sizing_mode") else { return nil }
        guard let mode = SizingMode(rawValue: text) else {
            let allowed = SizingMode.allCases.map(\.rawValue).joined(separator: " ")
            throw Undecodable(
                .unknownValue, "\(ReferenceMap.describe(map.name(of: "sizing_mode"), node)), allowed: \(allowed)")
        }
        return mode
    }

    private static func weights(_ map: ReferenceMap) throws(Undecodable) -> [Symbol: Fixed9] {
        guard let node = map.value("instrument_weights") else { return [:] }
        guard case .map(let entries) = node.value else {
            throw map.wrongType("instrument_weights", node, "an object {symbol: percent}")
        }
        var weights: [Symbol: Fixed9] = [:]
        for entry in entries {
            let name = "\(map.name(of: "instrument_weights")).\(TextLimit.cut(entry.key, to: WireLimit.symbol))"
            guard ReferenceMap.isName(entry.key, limit: WireLimit.symbol) else {
                throw Undecodable(
                    .invalidValue,
                    "\(name)\(ReferenceMap.place(entry.value.line)) is no symbol, allowed: not blank, at most "
                        + "\(WireLimit.symbol) bytes, no U+0000")
            }
            weights[Symbol(entry.key)] = try ReferenceMap.decimal(entry.value, name, allowed: "above 0") {
                .zero < $0
            }
        }
        return weights
    }
}
