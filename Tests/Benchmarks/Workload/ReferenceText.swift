import Commands
import Settings
import TradeContracts
import TradeCore

/// Reference data for a workload, as a reference file.
struct ReferenceText {
    var experts: Int
    /// One account for all experts, or one each.
    var sharesAccount = true
    /// Only the last one holds.
    var rules = 1

    /// Equity and share are such that an order has four shares, and a million of them are paid for.
    var text: String {
        let accounts = (1...(sharesAccount ? 1 : experts)).map {
            #"{"id":\#($0),"balance":9000000000,"buying_power":9000000000}"#
        }
        let experts = (1...experts).map { expert in
            """
            {"id":\(expert),"account_id":\(sharesAccount ? 1 : expert),"enter_market_ruleset_id":"trend",\
            "settings":{"allow_automated_trade_opening":true,"max_virtual_equity_per_instrument_percent":0.00001}}
            """
        }
        let others = (1..<max(1, rules)).map { number in
            """
            {"name":"rule \(number)","triggers":[{"condition":"bullish"},{"condition":"expected_profit_target_percent",\
            "operator":">","value":\(1_000 + number)}],"actions":[{"action":"buy"}]},
            """
        }
        return """
            {"accounts":[\(accounts.joined(separator: ",\n"))],
            "experts":[\(experts.joined(separator: ",\n"))],
            "rulesets":[{"id":"trend","rules":[\(others.joined()){"name":"confident and bullish","triggers":[{"condition":"bullish"},\
            {"condition":"confidence","operator":">=","value":60}],"actions":[{"action":"buy"}]}]}]}
            """
    }

    /// What such a file sets.
    func changes(in folder: ScratchFolder) throws -> [ReferenceChange] {
        try ReferenceText.changes(of: folder.write(text, to: "reference.yaml"))
    }

    static func changes(of path: String) throws -> [ReferenceChange] {
        var configuration = Configuration()
        configuration.reference.file = ConfiguredPath(path)
        return try ReferenceFileReader.changes(configuration.reference.$file)
    }
}
