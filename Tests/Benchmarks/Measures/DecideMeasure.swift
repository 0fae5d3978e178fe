import Foundation
import TradeContracts

/// What ten recommendations cost to decide by the quickstart's rules.
enum DecideMeasure: Measure {
    static let name = "decide"

    private static let events = 20_000

    static func run(_ report: (Row) -> Void) throws {
        let path = OwnProgram.repository.appendingPathComponent("config/quickstart-reference.yaml").path
        let decision = try Decision(1, ReferenceText.changes(of: path))
        var workload = Workload.orders(200, experts: 1)
        workload.advice = 10
        let decoded: [(AnalysisEvent, RecordAddress)] = workload.decoded().compactMap { record in
            guard case .event(let event) = record.body else { return nil }
            return (event, record.address)
        }
        let rounds = try Rounds(
            5, [{ try decide(decoded, decision, encodes: false) }, { try decide(decoded, decision, encodes: true) }])
        report(rounds.row("evaluate + settle, an event of 10 recommendations", of: 0, unit: .nanoseconds))
        report(rounds.row("the same + encode", of: 1, unit: .nanoseconds))
    }

    private static func decide(
        _ decoded: [(AnalysisEvent, RecordAddress)], _ decision: Decision, encodes: Bool
    ) throws -> Sample {
        var orders = 0
        let sample = Sample(operations: events) {
            for number in 0..<events {
                let (event, address) = decoded[number % decoded.count]
                let outputs = decision.outputs(of: event, at: address)
                if encodes, decision.encoded(outputs) == 0 { return }
                orders += outputs.count
            }
        }
        guard orders >= events * 10 else { throw BenchmarkError("\(orders) outputs of \(events) events") }
        return sample
    }
}
