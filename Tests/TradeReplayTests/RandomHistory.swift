import Support
import TradeContracts
import TradeCore

/// A history of all input topics that a seed makes: events with duplicates and records that can't be read, order updates for orders
/// that come out of it, and changes of reference data.
struct RandomHistory {
    private static let symbols = ["AAPL", "MSFT", "GOOG", "NVDA", "KO"]
    private static let garbage = ["no JSON", "{}", "[1]", "{\"event_id\":\"x\"", "\u{0}", "{\"event_id\":1}"]

    private var random: ContractRandom
    private let topics = TopicNames()
    private var time: Int64 = 1_795_000_000_000
    private var offsets: [TopicPartition: Int64] = [:]
    private var number: Int64 = 0
    private var events: [String] = []
    private var orders: [(expert: Int64, id: UniqueID)] = []
    private var records: [EnvelopeRecord] = []

    init(seed: UInt64) { random = ContractRandom(seed: seed) }

    /// Reference data, then `count` records.
    static func records(seed: UInt64, count: Int) -> [EnvelopeRecord] {
        var history = RandomHistory(seed: seed)
        history.addReference()
        for _ in 0..<count { history.addRandom() }
        return history.records
    }

    private mutating func addReference() {
        add(.reference, 0, "account/1", #"{"id":1,"balance":100000,"buying_power":100000}"#)
        add(.reference, 0, "account/2", #"{"id":2,"balance":20000,"buying_power":15000}"#)
        addRules(confidence: 60)
        add(.reference, 0, "ruleset/manage", Self.manage)
        for expert in 1...6 { addExpert(Int64(expert), enabled: expert != 6) }
    }

    private mutating func addRules(confidence: Int) {
        add(
            .reference, 0, "ruleset/entry",
            """
            {"id":"entry","rules":[{"name":"up","triggers":[{"condition":"bullish"},{"condition":"confidence","operator":">=",\
            "value":\(confidence)}],"actions":[{"action":"buy"},{"action":"adjust_take_profit","reference":"order_open_price",\
            "percent":10},{"action":"adjust_stop_loss","reference":"order_open_price","percent":-5}]}]}
            """)
    }

    private static let manage =
        #"{"id":"manage","rules":[{"name":"turn","triggers":[{"condition":"bearish"}],"actions":[{"action":"close"}]},"#
        + #"{"name":"more","triggers":[{"condition":"has_position"}],"#
        + #""actions":[{"action":"increase_instrument_share","percent":5}]}]}"#

    private mutating func addExpert(_ id: Int64, enabled: Bool) {
        add(
            .reference, 0, "expert/\(id)",
            """
            {"id":\(id),"account_id":\(1 + id % 2),"enabled":\(enabled),"enter_market_ruleset_id":"entry",\
            "open_positions_ruleset_id":"manage","settings":{"allow_automated_trade_opening":true,\
            "allow_automated_trade_modification":true,"max_virtual_equity_per_instrument_percent":10}}
            """)
    }

    private mutating func addRandom() {
        time += Int64(random.next() % 60_000)
        switch random.next() % 100 {
        case 0..<3: add(partition, "1", RandomHistory.garbage[Int(random.next() % UInt64(RandomHistory.garbage.count))])
        case 3: add(.analysisCompleted, partition, nil, nil)
        case 4: add(.orderUpdates, 0, "1", "no update")
        case 5..<8: addReferenceChange()
        case 8..<25: addUpdate()
        case 25..<32 where !events.isEmpty:
            add(partition, "9", events[Int(random.next() % UInt64(events.count))])
        default: addEvent()
        }
    }

    private var partition: Int32 {
        mutating get { Int32(random.next() % 3) }
    }

    private mutating func addReferenceChange() {
        switch random.next() % 12 {
        case 0: addRules(confidence: 50 + Int(random.next() % 40))
        case 1..<9: addExpert(Int64(1 + random.next() % 6), enabled: random.chance(85))
        case 9: add(.reference, 0, "expert/\(1 + random.next() % 6)", nil)
        case 10: add(.reference, 0, "account/1", #"{"id":1,"balance":150000,"buying_power":90000}"#)
        default: add(.reference, 0, "nonsense/1", "{}")
        }
    }

    private mutating func addUpdate() {
        guard !orders.isEmpty, random.chance(95) else {
            return add(
                .orderUpdates, 0, "1",
                #"{"order_id":"00000000-0000-5000-8000-000000000000","expert_instance_id":1,"status":"filled","filled_quantity":1,"#
                    + #""average_price":5,"occurred_at":"\#(text(time))"}"#)
        }
        let order = orders.suffix(24)[orders.count - 1 - Int(random.next() % UInt64(min(24, orders.count)))]
        let status = ["filled", "filled", "filled", "rejected", "canceled", "accepted"][Int(random.next() % 6)]
        let filled =
            status == "filled"
            ? #""filled_quantity":10,"average_price":\#(90 + random.next() % 20).5,"# : ""
        add(
            .orderUpdates, 0, "\(order.expert)",
            #"{"order_id":"\#(order.id)","expert_instance_id":\#(order.expert),"status":"\#(status)",\#(filled)"#
                + #""occurred_at":"\#(text(time))"}"#)
    }

    private mutating func addEvent() {
        number += 1
        let expert = Int64(1 + random.next() % 7)
        let useCase = random.chance(65) ? UseCase.enterMarket : .openPositions
        var recommendations: [String] = []
        for place in 0..<(random.next() % 3) {
            // Now and then one that came before.
            let id = random.chance(5) ? 10 : number * 10 + Int64(place)
            if id == 10, place > 0 { continue }
            let symbol = RandomHistory.symbols[Int(random.next() % 5)]
            let action = ["BUY", "BUY", "BUY", "SELL", "HOLD", "ERROR"][Int(random.next() % 6)]
            recommendations.append(
                """
                {"id":\(id),"symbol":"\(symbol)","recommended_action":"\(action)","confidence":\(40 + random.next() % 60).5,\
                "expected_profit_percent":\(random.next() % 20),"price_at_date":\(20 + random.next() % 200).25,\
                "created_at":"\(text(time - Int64(random.next() % 90_000_000)))"}
                """)
            guard action == "BUY" else { continue }
            let ids = DerivedID.candidate(
                expert: ExpertID(expert), useCase: useCase, entryRecommendation: RecommendationID(id),
                recommendation: RecommendationID(id))
            orders += ids.orders.prefix(2).map { (expert, $0) }
        }
        let value = """
            {"schema_version":1,"event_id":"event-\(number)","occurred_at":"\(text(time))","expert_instance_id":\(expert),\
            "use_case":"\(useCase.rawValue)","recommendations":[\(recommendations.joined(separator: ","))]}
            """
        events.append(value)
        add(Int32(expert % 3), "\(expert)", value)
    }

    private mutating func add(_ partition: Int32, _ key: String, _ value: String) {
        add(.analysisCompleted, partition, key, value)
    }

    private mutating func add(_ topic: InputTopic, _ partition: Int32, _ key: String?, _ value: String?) {
        let id = TopicPartition(topic: topic, partition: partition)
        // Offsets have gaps where transactions end.
        offsets[id, default: -1] += random.chance(10) ? 2 : 1
        var headers: [UInt8] = []
        if random.chance(20) {
            HeaderBlock.append(name: "traceparent".utf8, value: "00-a-b-01".utf8, to: &headers)
            HeaderBlock.append(name: "replay.of".utf8, value: nil as [UInt8]?, to: &headers)
        }
        records.append(
            EnvelopeRecord(
                topic: topics.name(of: topic), partition: partition, offset: offsets[id, default: 0], timestamp: time,
                key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) }, headers: headers))
    }

    private func text(_ milliseconds: Int64) -> String {
        let days = milliseconds / 86_400_000
        let date = RandomHistory.date(days)
        let rest = milliseconds % 86_400_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = String(String(1_000 + rest % 1_000).dropFirst())
        return "\(date)T\(two(rest / 3_600_000)):\(two(rest / 60_000 % 60)):\(two(rest / 1_000 % 60)).\(fraction)Z"
    }

    /// A day since 1970 in the years that the history has.
    private static func date(_ days: Int64) -> String {
        var day = days - 20_454
        var year = 2026
        var month = 1
        let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        while day >= lengths[month - 1] + (month == 2 && year % 4 == 0 ? 1 : 0) {
            day -= lengths[month - 1] + (month == 2 && year % 4 == 0 ? 1 : 0)
            month += 1
            if month > 12 { (month, year) = (1, year + 1) }
        }
        return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day + 1 < 10 ? "0" : "")\(day + 1)"
    }
}
