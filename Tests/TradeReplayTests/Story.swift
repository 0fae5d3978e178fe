import Foundation
import TradeContracts
import TradeCore

/// Records of one account and some experts, written one after the other, and what a replay makes of them.
struct Story {
    /// An output as a test looks at it.
    struct Output {
        let topic: String
        let fields: [String: Any]

        func text(_ name: String) -> String? { fields[name] as? String }
        func integer(_ name: String) -> Int64? { (fields[name] as? NSNumber)?.int64Value }
        func number(_ name: String) -> Double? { (fields[name] as? NSNumber)?.doubleValue }

        /// The role or the reason, with the recommendation where there is one: `entry 1`, `stale 2`, `unknown_expert of e1`.
        var name: String {
            guard let word = text("role") ?? text("reason") else { return "dead letter" }
            return integer("recommendation_id").map { "\(word) \($0)" } ?? "\(word) of \(text("event_id") ?? "")"
        }
    }

    static let start = Timestamp(microseconds: 1_795_426_200_000_000)

    private(set) var records: [EnvelopeRecord] = []
    private var offsets: [InputTopic: Int64] = [:]

    /// Buys what is bullish and sells what is bearish; closes what is bearish.
    static let plainRules = [
        "enter":
            #"[{"triggers":[{"condition":"bullish"}],"actions":[{"action":"buy"}]},"#
            + #"{"triggers":[{"condition":"bearish"}],"actions":[{"action":"sell"}]}]"#,
        "manage": #"[{"triggers":[{"condition":"bearish"}],"actions":[{"action":"close"}]}]"#,
    ]

    init(
        experts: ClosedRange<Int> = 1...2, balance: Int = 100_000, settings: String = "", rules: [String: String] = [:]
    ) {
        account(1, balance: balance)
        for (id, rules) in Story.plainRules.merging(rules, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            reference("ruleset/\(id)", #"{"id":"\#(id)","rules":\#(rules)}"#)
        }
        for id in experts { expert(id, settings: settings) }
    }

    mutating func account(_ id: Int, balance: Int) {
        reference("account/\(id)", #"{"id":\#(id),"balance":\#(balance),"buying_power":\#(balance)}"#)
    }

    /// `settings` and `fields`: further ones, beginning with a comma.
    mutating func expert(_ id: Int, account: Int = 1, settings: String = "", fields: String = "") {
        reference(
            "expert/\(id)",
            """
            {"id":\(id),"account_id":\(account),"enter_market_ruleset_id":"enter","open_positions_ruleset_id":"manage",\
            "settings":{"allow_automated_trade_opening":true,"allow_automated_trade_modification":true\(settings)}\(fields)}
            """)
    }

    mutating func reference(_ key: String, _ json: String?) { add(.reference, key: key, json) }

    /// What an expert advises, `minutes` after the start.
    static func advice(
        _ id: Int64, _ symbol: String = "AAPL", _ action: String = "BUY", price: String = "100", minutes: Int64 = 0,
        _ fields: String = ""
    ) -> String {
        """
        {"id":\(id),"symbol":"\(symbol)","recommended_action":"\(action)","confidence":80,"expected_profit_percent":5,\
        "price_at_date":\(price),"created_at":"\(time(minutes))"\(fields)}
        """
    }

    static func time(_ minutes: Int64) -> String {
        let instant = start.advanced(bySeconds: minutes * 60)
        return Date(timeIntervalSince1970: TimeInterval(instant.microseconds / 1_000_000)).ISO8601Format()
    }

    /// `fields`: further ones of the event, beginning with a comma.
    mutating func event(
        _ id: String, expert: Int = 1, useCase: UseCase = .enterMarket, minutes: Int64 = 0, key: String? = "1",
        fields: String = "", _ advice: String...
    ) {
        event(id, expert: expert, useCase: useCase, minutes: minutes, key: key, fields: fields, advice)
    }

    mutating func event(
        _ id: String, expert: Int, useCase: UseCase, minutes: Int64, key: String? = "1", fields: String = "",
        _ advice: [String]
    ) {
        add(
            .analysisCompleted, key: key,
            """
            {"event_id":"\(id)","occurred_at":"\(Story.time(minutes))","expert_instance_id":\(expert),\
            "use_case":"\(useCase.rawValue)","recommendations":[\(advice.joined(separator: ","))]\(fields)}
            """)
    }

    mutating func update(
        _ role: OrderRole, of recommendation: Int64, entry: Int64? = nil, expert: Int64 = 1, _ status: OrderStatus,
        quantity: Int? = nil, price: Int? = nil, minutes: Int64 = 0
    ) {
        let entry = entry ?? recommendation
        let useCase: UseCase =
            [.entry, .takeProfit, .stopLoss].contains(role) && entry == recommendation ? .enterMarket : .openPositions
        let ids = DerivedID.candidate(
            expert: ExpertID(expert), useCase: useCase, entryRecommendation: RecommendationID(entry),
            recommendation: RecommendationID(recommendation))
        add(
            .orderUpdates, key: "1",
            """
            {"order_id":"\(ids.order(role))","expert_instance_id":\(expert),"status":"\(status.rawValue)",\
            "filled_quantity":\(quantity.map(String.init) ?? "null"),"average_price":\(price.map(String.init) ?? "null"),\
            "occurred_at":"\(Story.time(minutes))"}
            """)
    }

    private mutating func add(_ topic: InputTopic, key: String?, _ json: String?) {
        let offset = offsets[topic, default: 0]
        offsets[topic] = offset + 1
        records.append(
            EnvelopeRecord(
                topic: TopicNames().name(of: topic), partition: 0, offset: offset, timestamp: nil,
                key: key.map { Array($0.utf8) }, value: json.map { Array($0.utf8) }))
    }

    func outputs() throws -> [Output] {
        try Replaying.run(records).output.map { record in
            let object = try record.value.flatMap { value -> [String: Any]? in
                record.topic == TopicNames().deadLetters
                    ? nil : try JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]
            }
            return Output(topic: record.topic, fields: object ?? [:])
        }
    }

    func names() throws -> [String] { try outputs().map(\.name) }

    /// The output's bytes without what tells where the event stood.
    func values() throws -> [String] {
        try Replaying.run(records).output.map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }
}
