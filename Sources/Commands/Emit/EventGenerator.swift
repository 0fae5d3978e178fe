import Telemetry
import TradePipeline

/// Plausible events: several experts that come in bursts, recommendations of a few symbols, now and then the same event again.
///
/// The same seed gives the same events but for their times, so that a second `emit` with the same seed sends duplicates.
struct EventGenerator {
    /// An event as it is sent.
    struct Event {
        let key: [UInt8]
        let value: [UInt8]
    }

    private static let symbols = [
        "AAPL", "MSFT", "GOOG", "AMZN", "NVDA", "META", "TSLA", "JPM", "V", "WMT", "XOM", "UNH", "PG", "HD", "KO",
        "PEP",
        "DIS", "NFLX", "INTC", "AMD",
    ]
    private static let actions = ["BUY", "BUY", "BUY", "OVERWEIGHT", "HOLD", "SELL"]

    private let seed: UInt64
    private let experts: Int
    /// Microseconds since 1970.
    private let time: Int64
    private var random: SplitMix
    private var number = 0
    private var burst: (expert: Int, left: Int) = (1, 0)
    private var last: Event?

    /// `time`: when the first event occurs, microseconds since 1970.
    init(seed: UInt64, experts: Int, time: Int64) {
        self.seed = seed
        self.experts = max(1, experts)
        self.time = time
        random = SplitMix(seed: seed)
    }

    mutating func next() -> Event {
        // One in twenty comes twice: what a producer that retries does.
        if let last, random.below(20) == 0 { return last }
        if burst.left == 0 {
            // A burst of one expert meets its own lock.
            burst = (1 + random.below(experts), 1 + random.below(4))
        }
        burst.left -= 1
        number += 1
        let event = makeEvent(expert: burst.expert)
        last = event
        return event
    }

    private mutating func makeEvent(expert: Int) -> Event {
        let useCase = random.below(10) == 0 ? "open_positions" : "enter_market"
        let occurred = WallTime.text(time)
        var recommendations: [String] = []
        for place in 0..<(1 + random.below(3)) {
            let symbol = EventGenerator.symbols[random.below(EventGenerator.symbols.count)]
            let action = EventGenerator.actions[random.below(EventGenerator.actions.count)]
            let price = 50 + random.below(40_000)
            let id = Int64(seed % 9_000_000) * 1_000_000_000 + Int64(number) * 10 + Int64(place)
            recommendations.append(
                """
                {"id":\(id),"symbol":"\(symbol)","recommended_action":"\(action)","confidence":\(40 + random.below(60)).\(random.below(10)),\
                "expected_profit_percent":\(random.below(15)).\(random.below(10)),"price_at_date":\(price / 100).\(10 + price % 90),\
                "risk_level":"MEDIUM","time_horizon":"SHORT_TERM","created_at":"\(occurred)"}
                """)
        }
        let value = """
            {"schema_version":1,"event_id":"generated-\(seed)-\(number)","occurred_at":"\(occurred)",\
            "expert_instance_id":\(expert),"use_case":"\(useCase)","trigger":"scheduled",\
            "recommendations":[\(recommendations.joined(separator: ","))]}
            """
        return Event(key: Array(String(expert).utf8), value: Array(value.utf8))
    }
}

extension SplitMix {
    /// From 0 up to, without, `limit`, which is at least 1.
    fileprivate mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
}
