import TradeContracts
import TradeCore

/// Reference data of a fault test: one account that many experts share, too small for what they want.
struct FaultReference {
    var experts: ClosedRange<Int64>
    var balance: Int64
    /// Percent of the balance that an expert may use; it puts all of that into its first symbol.
    var share: Int

    /// As the contract's decoder reads it, so that a restart reads the same from the store.
    var changes: [ReferenceChange] {
        var records = [
            ("account/1", #"{"id":1,"balance":\#(balance),"buying_power":\#(balance)}"#),
            ("ruleset/entry", #"{"id":"entry","rules":[{"name":"always","actions":[{"action":"buy"}]}]}"#),
            (
                "ruleset/manage",
                #"{"id":"manage","rules":[{"name":"turned","triggers":[{"condition":"bearish"}],"actions":[{"action":"close"}]}]}"#
            ),
        ]
        for expert in experts {
            records.append(
                (
                    "expert/\(expert)",
                    """
                    {"id":\(expert),"account_id":1,"enter_market_ruleset_id":"entry","open_positions_ruleset_id":"manage",\
                    "settings":{"allow_automated_trade_opening":true,"allow_automated_trade_modification":true,\
                    "virtual_equity_pct":\(share),"max_virtual_equity_per_instrument_percent":100,"minimum_equity_threshold_percent":0,\
                    "min_available_balance_pct":0}}
                    """
                ))
        }
        return records.compactMap { FaultReference.decode(key: $0.0, value: $0.1) }
    }

    private static func decode(key: String, value: String) -> ReferenceChange? {
        Array(key.utf8).withUnsafeBytes { key in
            Array(value.utf8).withUnsafeBytes { value in
                let view = RecordView(
                    address: RecordAddress(topic: .reference, partition: 0, offset: 0), timestamp: nil, key: key,
                    value: value)
                guard case .reference(let change) = RecordDecoder().decode(view).body else { return nil }
                return change
            }
        }
    }
}
