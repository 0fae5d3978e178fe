import TradeCore

/// The canonical JSON of reference data.
extension ByteWriter {
    func append(_ account: Account) {
        append("{\"id\":" as StaticString)
        append(account.id.rawValue)
        append(",\"balance\":" as StaticString)
        append(account.balance)
        append(",\"buying_power\":" as StaticString)
        append(account.buyingPower)
        append(UInt8(ascii: "}"))
    }

    func append(_ expert: Expert) {
        append("{\"id\":" as StaticString)
        append(expert.id.rawValue)
        append(",\"account_id\":" as StaticString)
        append(expert.account.rawValue)
        append(",\"enabled\":" as StaticString)
        append(expert.enabled)
        append(",\"enter_market_ruleset_id\":" as StaticString)
        append(quotedOrNull: expert.enterMarketRuleset)
        append(",\"open_positions_ruleset_id\":" as StaticString)
        append(quotedOrNull: expert.openPositionsRuleset)
        append(",\"settings\":" as StaticString)
        append(expert.settings)
        append(UInt8(ascii: "}"))
    }

    func append(_ ruleset: Ruleset) {
        append("{\"id\":" as StaticString)
        append(quoted: ruleset.id)
        append(",\"rules\":[" as StaticString)
        for (index, rule) in ruleset.rules.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(rule)
        }
        append("]}" as StaticString)
    }

    private func append(_ settings: ExpertSettings) {
        append("{\"allow_automated_trade_opening\":" as StaticString)
        append(settings.allowAutomatedTradeOpening)
        append(",\"allow_automated_trade_modification\":" as StaticString)
        append(settings.allowAutomatedTradeModification)
        append(",\"enable_buy\":" as StaticString)
        append(settings.enableBuy)
        append(",\"enable_sell\":" as StaticString)
        append(settings.enableSell)
        append(",\"virtual_equity_pct\":" as StaticString)
        append(settings.virtualEquityPercent)
        append(",\"min_available_balance_pct\":" as StaticString)
        append(settings.minAvailableBalancePercent)
        append(",\"minimum_equity_threshold_percent\":" as StaticString)
        append(settings.minimumEquityThresholdPercent)
        append(",\"max_virtual_equity_per_instrument_percent\":" as StaticString)
        append(settings.maxVirtualEquityPerInstrumentPercent)
        append(",\"diversification_factor\":" as StaticString)
        append(settings.diversificationFactor)
        append(",\"sizing_mode\":" as StaticString)
        append(quoted: settings.sizingMode.rawValue)
        append(",\"risk_per_trade_pct\":" as StaticString)
        append(settings.riskPerTradePercent)
        append(",\"min_stop_loss_pct\":" as StaticString)
        append(settings.minStopLossPercent)
        append(",\"min_take_profit_pct\":" as StaticString)
        append(settings.minTakeProfitPercent)
        append(",\"instrument_weights\":{" as StaticString)
        for (index, weight) in settings.instrumentWeights.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(quoted: weight.key.text)
            append(UInt8(ascii: ":"))
            append(weight.value)
        }
        append("},\"lot_size\":" as StaticString)
        append(settings.lotSize)
        append(",\"max_open_positions\":" as StaticString)
        append(orNull: settings.maxOpenPositions)
        append(",\"max_entries_per_hour\":" as StaticString)
        append(orNull: settings.maxEntriesPerHour)
        append(UInt8(ascii: "}"))
    }

    private func append(_ rule: Rule) {
        append("{\"name\":" as StaticString)
        append(quoted: rule.name)
        append(",\"triggers\":[" as StaticString)
        for (index, trigger) in rule.triggers.enumerated() {
            append(index > 0 ? ",{\"condition\":" as StaticString : "{\"condition\":")
            append(quoted: trigger.condition)
            append(",\"operator\":" as StaticString)
            append(quotedOrNull: trigger.comparison)
            append(",\"value\":" as StaticString)
            append(orNull: trigger.value)
            append(UInt8(ascii: "}"))
        }
        append("],\"actions\":[" as StaticString)
        for (index, action) in rule.actions.enumerated() {
            append(index > 0 ? ",{\"action\":" as StaticString : "{\"action\":")
            append(quoted: action.action)
            append(",\"reference\":" as StaticString)
            append(quotedOrNull: action.reference)
            append(",\"percent\":" as StaticString)
            append(orNull: action.percent)
            append(UInt8(ascii: "}"))
        }
        append("],\"continue_processing\":" as StaticString)
        append(rule.continueProcessing)
        append(UInt8(ascii: "}"))
    }
}
