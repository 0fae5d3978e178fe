import Foundation
import TradeContracts
import TradeCore

/// Events of a kind: which expert advises what.
struct Workload: Sendable {
    var events: Int
    var experts: Int
    /// The symbol of an event.
    var symbol: @Sendable (_ event: Int) -> String
    /// Recommendations of an event.
    var advice: Int

    /// `BENCHMARK_EVENTS` in the environment: no workload has more.
    private static let most = ProcessInfo.processInfo.environment["BENCHMARK_EVENTS"].flatMap { Int($0) } ?? .max

    init(events: Int, experts: Int, symbol: @escaping @Sendable (_ event: Int) -> String, advice: Int = 1) {
        self.events = min(events, Workload.most)
        self.experts = experts
        self.symbol = symbol
        self.advice = advice
    }

    /// Every event an order: experts in turn, so many that none of them comes again while it holds its key, and no symbol
    /// comes twice.
    static func orders(_ events: Int, experts: Int = 20_000) -> Workload {
        Workload(events: events, experts: experts, symbol: { "S\($0)" })
    }

    /// Events of few keys, all at once, about twenty symbols.
    static func burst(_ events: Int, keys: Int = 10) -> Workload {
        Workload(events: events, experts: keys, symbol: { "S\($0 / keys % 20)" })
    }

    /// The same without recommendations: what becomes of one that finds its key busy is three rows.
    static func triggers(_ events: Int, keys: Int = 10) -> Workload {
        Workload(events: events, experts: keys, symbol: { "S\($0)" }, advice: 0)
    }

    /// After the first 40,000 events every symbol of every expert has its position, and the rest are skips.
    static func steady(_ events: Int, experts: Int = 20_000) -> Workload {
        Workload(events: events, experts: experts, symbol: { "S\($0 / experts % 2)" })
    }

    func expert(_ event: Int) -> Int { 1 + event % experts }

    func text(_ event: Int, _ texts: EventText) -> String {
        let advice = (0..<advice).map { place in
            EventText.Advice(
                id: event * self.advice + place + 1,
                symbol: self.advice == 1 ? symbol(event) : "\(symbol(event))-\(place)")
        }
        return texts.event(event, expert: expert(event), advice)
    }

    /// The records of all events as a source decodes them, one partition.
    func decoded(from first: Int = 0, count: Int? = nil) -> [DecodedRecord] {
        let texts = EventText()
        let decoder = RecordDecoder()
        return (first..<first + (count ?? events)).map { event in
            let value = Array(text(event, texts).utf8)
            let key = Array(String(expert(event)).utf8)
            return key.withUnsafeBytes { key in
                value.withUnsafeBytes { value in
                    decoder.decode(
                        RecordView(
                            address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: Int64(event)),
                            timestamp: 0, key: key, value: value))
                }
            }
        }
    }
}
