import TradeContracts
import TradeCore

/// What ten recommendations cost to decide by ten rules, of which only the last one holds.
enum DecideMeasure: Measure {
    static let name = "decide"

    private static let events = 20_000

    static func run(_ report: (Row) -> Void) throws {
        var reference = ReferenceText(experts: 1)
        reference.rules = 10
        let folder = try ScratchFolder()
        let decision = try Decision(1, reference.changes(in: folder))
        var workload = Workload.orders(200, experts: 1)
        workload.advice = 10
        let decoded: [(AnalysisEvent, RecordAddress)] = workload.decoded().compactMap { record in
            guard case .event(let event) = record.body else { return nil }
            return (event, record.address)
        }
        let rounds = try Rounds(
            5,
            [
                { try decide(decoded, decision, explains: false) }, { try decide(decoded, decision, explains: true) },
                { try encode(decoded, decision) },
            ])
        report(rounds.row("evaluate + settle, 10 recommendations by 10 rules", of: 0, unit: .nanoseconds))
        report(rounds.row("the same with explanations", of: 1, unit: .nanoseconds))
        report(rounds.row("the same + ids + encode", of: 2, unit: .nanoseconds))
    }

    private static func decide(
        _ decoded: [(AnalysisEvent, RecordAddress)], _ decision: Decision, explains: Bool
    ) throws -> Sample {
        let ids = DerivedID.candidate(
            expert: ExpertID(1), useCase: .enterMarket, entryRecommendation: RecommendationID(1),
            recommendation: RecommendationID(1))
        var orders = 0
        let sample = Sample(operations: events) {
            for number in 0..<events {
                let decided = decision.outcomes(of: decoded[number % decoded.count].0, explains: explains) { _ in ids }
                for case (.orders(let made, _), _) in decided { orders += made.count }
            }
        }
        guard orders >= events * 10 else { throw BenchmarkError("\(orders) orders of \(events) events") }
        return sample
    }

    private static func encode(_ decoded: [(AnalysisEvent, RecordAddress)], _ decision: Decision) throws -> Sample {
        var orders = 0
        let sample = Sample(operations: events) {
            for number in 0..<events {
                let (event, address) = decoded[number % decoded.count]
                let outputs = decision.outputs(of: event, at: address)
                if decision.encoded(outputs) == 0 { return }
                orders += outputs.count
            }
        }
        guard orders >= events * 10 else { throw BenchmarkError("\(orders) outputs of \(events) events") }
        return sample
    }
}
