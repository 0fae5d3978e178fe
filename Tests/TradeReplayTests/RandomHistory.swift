import Support
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

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
    /// A replay of what is made already tells which orders there are.
    private let replay: Replay
    private let decoder = RecordDecoder(allowReplayHeaders: true)
    private let orders: Orders
    private var records: [EnvelopeRecord] = []

    private final class Orders {
        /// The last ones: expert and id.
        var known: [(expert: String, id: String)] = []

        func take(_ record: EnvelopeRecord) {
            let value = String(decoding: record.value ?? [], as: UTF8.self)
            guard let range = value.firstRange(of: #""order_id":""#) else { return }
            let id = String(value[range.upperBound...].prefix(36))
            known = known.suffix(40) + [(String(decoding: record.key ?? [], as: UTF8.self), id)]
        }
    }

    private init(seed: UInt64) throws {
        random = ContractRandom(seed: seed)
        let orders = Orders()
        self.orders = orders
        replay = try Replay(
            configuration: PipelineConfiguration(), topics: topics, output: { orders.take($0) })
    }

    /// Reference data, then `count` records.
    static func records(seed: UInt64, count: Int) throws -> [EnvelopeRecord] {
        var history = try RandomHistory(seed: seed)
        try history.addReference()
        for _ in 0..<count { try history.addRandom() }
        return history.records
    }

    private mutating func addReference() throws {
        try add(.reference, 0, "account/1", #"{"id":1,"balance":100000,"buying_power":100000}"#)
        try add(.reference, 0, "account/2", #"{"id":2,"balance":20000,"buying_power":15000}"#)
        try addRules(confidence: 60)
        try add(.reference, 0, "ruleset/manage", Self.manage)
        for expert in 1...6 { try addExpert(Int64(expert), enabled: expert != 6) }
    }

    private mutating func addRules(confidence: Int) throws {
        try add(
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

    private mutating func addExpert(_ id: Int64, enabled: Bool) throws {
        try add(
            .reference, 0, "expert/\(id)",
            """
            {"id":\(id),"account_id":\(1 + id % 2),"enabled":\(enabled),"enter_market_ruleset_id":"entry",\
            "open_positions_ruleset_id":"manage","settings":{"allow_automated_trade_opening":true,\
            "allow_automated_trade_modification":true,"max_virtual_equity_per_instrument_percent":10}}
            """)
    }

    private mutating func addRandom() throws {
        time += Int64(random.next() % 60_000)
        switch random.next() % 100 {
        case 0..<3:
            try add(partition, "1", RandomHistory.garbage[Int(random.next() % UInt64(RandomHistory.garbage.count))])
        case 3: try add(.analysisCompleted, partition, nil, nil)
        case 4: try add(.orderUpdates, 0, "1", "no update")
        case 5..<8: try addReferenceChange()
        case 8..<25: try addUpdate()
        case 25..<32 where !events.isEmpty:
            try add(partition, "9", events[Int(random.next() % UInt64(events.count))])
        default: try addEvent()
        }
    }

    private var partition: Int32 {
        mutating get { Int32(random.next() % 3) }
    }

    private mutating func addReferenceChange() throws {
        switch random.next() % 12 {
        case 0: try addRules(confidence: 50 + Int(random.next() % 40))
        case 1..<9: try addExpert(Int64(1 + random.next() % 6), enabled: random.chance(85))
        case 9: try add(.reference, 0, "expert/\(1 + random.next() % 6)", nil)
        case 10: try add(.reference, 0, "account/1", #"{"id":1,"balance":150000,"buying_power":90000}"#)
        default: try add(.reference, 0, "nonsense/1", "{}")
        }
    }

    private mutating func addUpdate() throws {
        guard !orders.known.isEmpty, random.chance(95) else {
            return try add(
                .orderUpdates, 0, "1",
                #"{"order_id":"00000000-0000-5000-8000-000000000000","expert_instance_id":1,"status":"filled","filled_quantity":1,"#
                    + #""average_price":5,"occurred_at":"\#(text(time))"}"#)
        }
        let order = orders.known[Int(random.next() % UInt64(orders.known.count))]
        let status = ["filled", "filled", "filled", "rejected", "canceled", "accepted"][Int(random.next() % 6)]
        let filled =
            status == "filled"
            ? #""filled_quantity":10,"average_price":\#(90 + random.next() % 20).5,"# : ""
        try add(
            .orderUpdates, 0, "\(order.expert)",
            #"{"order_id":"\#(order.id)","expert_instance_id":\#(order.expert),"status":"\#(status)",\#(filled)"#
                + #""occurred_at":"\#(text(time))"}"#)
    }

    private mutating func addEvent() throws {
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
        }
        let value = """
            {"schema_version":1,"event_id":"event-\(number)","occurred_at":"\(text(time))","expert_instance_id":\(expert),\
            "use_case":"\(useCase.rawValue)","recommendations":[\(recommendations.joined(separator: ","))]}
            """
        events.append(value)
        try add(Int32(expert % 3), "\(expert)", value)
    }

    private mutating func add(_ partition: Int32, _ key: String, _ value: String) throws {
        try add(.analysisCompleted, partition, key, value)
    }

    private mutating func add(_ topic: InputTopic, _ partition: Int32, _ key: String?, _ value: String?) throws {
        let id = TopicPartition(topic: topic, partition: partition)
        // Offsets have gaps where transactions end.
        offsets[id, default: -1] += random.chance(10) ? 2 : 1
        var headers: [UInt8] = []
        if random.chance(20) {
            HeaderBlock.append(name: "traceparent".utf8, value: "00-a-b-01".utf8, to: &headers)
            HeaderBlock.append(name: "replay.of".utf8, value: nil as [UInt8]?, to: &headers)
        }
        let record = EnvelopeRecord(
            topic: topics.name(of: topic), partition: partition, offset: offsets[id, default: 0], timestamp: time,
            key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) }, headers: headers)
        records.append(record)
        try replay.take(record.withView(as: topic) { decoder.decode($0) })
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
