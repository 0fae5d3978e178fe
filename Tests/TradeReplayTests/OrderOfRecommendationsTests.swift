import Support
import Testing
import TradeContracts
import TradeCore

/// Where a recommendation stands in its event says nothing.
@Suite("The order of the recommendations in an event")
struct OrderOfRecommendationsTests {
    /// The same event with its recommendations in another order.
    private static func shuffled(_ record: EnvelopeRecord, _ random: inout ContractRandom) -> EnvelopeRecord {
        var record = record
        let text = String(decoding: record.value ?? [], as: UTF8.self)
        guard let match = text.firstMatch(of: /"recommendations":\[(\{.*\})\]/) else { return record }
        var parts = String(match.1).dropFirst().dropLast().split(separator: /\},\{/).map { "{\($0)}" }
        parts.shuffle(using: &random)
        let list = #""recommendations":[\#(parts.joined(separator: ","))]"#
        record.value = Array(text.replacing(match.0, with: list).utf8)
        return record
    }

    @Test("R25, R26, R77: histories give the same bytes, however their events order what they bring", arguments: 0..<8)
    func anyOrder(_ round: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("order of recommendations: seed \(seed)")
        var random = ContractRandom(seed: seed)
        // Events of many recommendations: those of a random history have two at most.
        var story = Story(
            experts: 1...3, settings: #","max_virtual_equity_per_instrument_percent":30,"enable_sell":true"#)
        var id: Int64 = 0
        for event in 0..<40 {
            let advice = (0..<Int(random.next() % 9)).map { _ -> String in
                id += 1
                return Story.advice(
                    id, ["A", "B", "C", "D", "E"].randomElement(using: &random) ?? "A",
                    ["BUY", "BUY", "OVERWEIGHT", "HOLD", "SELL", "ERROR"].randomElement(using: &random) ?? "BUY",
                    price: "\(1 + random.next() % 300).5", minutes: Int64(event) - Int64(random.next() % 3))
            }
            story.event(
                "e\(event)", expert: 1 + Int(random.next() % 3),
                useCase: random.chance(70) ? .enterMarket : .openPositions,
                minutes: Int64(event), advice)
        }
        for records in [story.records, try RandomHistory.records(seed: seed, count: 400)] {
            let other = records.map { Self.shuffled($0, &random) }
            #expect(zip(records, other).count { $0 != $1 } > 10, "seed \(seed)")
            #expect(try Replaying.run(records).bytes == Replaying.run(other).bytes, "seed \(seed)")
        }
    }
}
