import TradeContracts

/// Reference data of a test: one account, experts that may do everything, and two rulesets.
package struct TestReference: Sendable {
    package var experts: [Int64]
    package var balance: Int
    /// Percent of the equity that an expert may put into one instrument.
    package var share: String

    package init(experts: some Sequence<Int64> = 1...8, balance: Int = 1_000_000_000, share: String = "0.1") {
        self.experts = Array(experts)
        self.balance = balance
        self.share = share
    }

    private var account: String { #"{"id":1,"balance":\#(balance),"buying_power":\#(balance)}"# }
    private let entry = #"{"id":"entry","rules":[{"name":"always","actions":[{"action":"buy"}]}]}"#
    private let manage =
        #"{"id":"manage","rules":[{"name":"turned","triggers":[{"condition":"bearish"}],"actions":[{"action":"close"}]}]}"#

    private func text(of expert: Int64) -> String {
        """
        {"id":\(expert),"account_id":1,"enter_market_ruleset_id":"entry","open_positions_ruleset_id":"manage",\
        "settings":{"allow_automated_trade_opening":true,"allow_automated_trade_modification":true,\
        "max_virtual_equity_per_instrument_percent":\(share),"minimum_equity_threshold_percent":0,\
        "min_available_balance_pct":0}}
        """
    }

    /// As a reference file: JSON is YAML.
    package var file: String {
        let experts = experts.map { text(of: $0) }.joined(separator: ",\n ")
        return "{\"accounts\":[\(account)],\n\"experts\":[\(experts)],\n\"rulesets\":[\(entry),\n\(manage)]}\n"
    }

    /// As records of the reference topic.
    package var records: [TestRecord] {
        var records = [
            TestRecord(.reference, key: "account/1", value: account),
            TestRecord(.reference, key: "ruleset/entry", value: entry),
            TestRecord(.reference, key: "ruleset/manage", value: manage),
        ]
        records += experts.map { TestRecord(.reference, key: "expert/\($0)", value: text(of: $0)) }
        return records
    }
}
