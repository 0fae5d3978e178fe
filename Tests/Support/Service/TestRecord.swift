import Telemetry
package import TradeContracts

/// An input record that a test publishes.
package struct TestRecord: Sendable {
    package var topic: InputTopic
    package var key: [UInt8]?
    package var value: [UInt8]?
    /// In the form of `HeaderBlock`.
    package var headers: [UInt8] = []

    package init(_ topic: InputTopic, key: String?, value: String?) {
        self.init(topic, key: key, bytes: value.map { Array($0.utf8) })
    }

    package init(_ topic: InputTopic, key: String?, bytes: [UInt8]?) {
        self.topic = topic
        self.key = key.map { Array($0.utf8) }
        value = bytes
    }

    /// What an expert advises for one symbol.
    package struct Advice: Sendable {
        package var id: Int64
        package var symbol: String
        package var action: String
        package var price: Int
        package var profit: Int

        package init(_ id: Int64, _ symbol: String, action: String = "BUY", price: Int = 100, profit: Int = 5) {
            self.id = id
            self.symbol = symbol
            self.action = action
            self.price = price
            self.profit = profit
        }
    }

    /// An analysis-completed event that occurs now.
    package static func event(
        _ id: String, expert: Int64 = 1, useCase: String = "enter_market", _ advice: [Advice] = []
    ) -> TestRecord {
        let now = WallTime.text(WallTime.now)
        let recommendations = advice.map { advice in
            """
            {"id":\(advice.id),"symbol":"\(advice.symbol)","recommended_action":"\(advice.action)","confidence":80,\
            "expected_profit_percent":\(advice.profit),"price_at_date":\(advice.price),"created_at":"\(now)"}
            """
        }
        let value = """
            {"schema_version":1,"event_id":"\(id)","occurred_at":"\(now)","expert_instance_id":\(expert),\
            "use_case":"\(useCase)","trigger":"scheduled","recommendations":[\(recommendations.joined(separator: ","))]}
            """
        return TestRecord(.analysisCompleted, key: "\(expert)", value: value)
    }

    /// What the execution service reports of an order.
    package static func update(
        order: String, expert: Int64 = 1, status: String, quantity: Int? = nil, price: Int? = nil
    ) -> TestRecord {
        let value = """
            {"schema_version":1,"order_id":"\(order)","expert_instance_id":\(expert),"status":"\(status)",\
            "filled_quantity":\(quantity.map(String.init) ?? "null"),"average_price":\(price.map(String.init) ?? "null"),\
            "occurred_at":"\(WallTime.text(WallTime.now))"}
            """
        return TestRecord(.orderUpdates, key: "\(expert)", value: value)
    }
}
