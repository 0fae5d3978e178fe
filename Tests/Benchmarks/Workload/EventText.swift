import Telemetry

/// Input events in JSON, with every field of the contract.
struct EventText {
    /// A recommendation: its id and symbol are all that differs.
    struct Advice {
        var id: Int
        var symbol: String
        var action = "BUY"
    }

    private let time = WallTime.text(WallTime.now)

    func event(_ number: Int, expert: Int, _ advice: [Advice]) -> String {
        let list = advice.map { advice in
            """
            {"id":\(advice.id),"symbol":"\(advice.symbol)","recommended_action":"\(advice.action)","confidence":78.5,\
            "expected_profit_percent":6.2,"price_at_date":189.95,"target_price":201.5,"risk_level":"MEDIUM",\
            "time_horizon":"SHORT_TERM","market_analysis_id":77,"created_at":"\(time)"}
            """
        }
        return """
            {"schema_version":1,"event_id":"0b7fd2f4-7a3c-4a52-9f0e-\(100_000_000_000 + number)","occurred_at":"\(time)",\
            "expert_instance_id":\(expert),"account_id":1,"use_case":"enter_market","trigger":"scheduled",\
            "correlation_id":"5d1e7f0a-2f0b-4f5e-8f55-\(100_000_000_000 + number)","lookback_days":1,\
            "recommendations":[\(list.joined(separator: ","))]}
            """
    }

    /// The same as a structured CloudEvent.
    func cloudEvent(_ number: Int, expert: Int, _ advice: [Advice]) -> String {
        """
        {"specversion":"1.0","id":"0b7fd2f4-7a3c-4a52-9f0e-\(100_000_000_000 + number)","source":"/analysis",\
        "type":"analysis.completed","time":"\(time)","datacontenttype":"application/json",\
        "data":\(event(number, expert: expert, advice))}
        """
    }
}
