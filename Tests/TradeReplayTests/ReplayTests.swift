import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

@Suite("A replay is deterministic and complete (G8, G2, R80)")
struct ReplayTests {
    /// 10,000 records of every kind: the same bytes twice, and whatever the number of threads.
    @Test func sameBytes() throws {
        let seed = UInt64.random(in: 0 ... .max)
        let records = try RandomHistory.records(seed: seed, count: 10_000)
        let first = try Replaying.run(records, workers: 1)
        for workers in [1, 8, 3] {
            let again = try Replaying.run(records, workers: workers)
            #expect(again.counters == first.counters, "G8, seed \(seed), \(workers) workers")
            #expect(again.bytes == first.bytes, "G8, seed \(seed), \(workers) workers")
        }
        // It tried what it is for.
        let counters = first.counters
        #expect(
            counters.events > 5_000 && counters.orders > 50 && counters.updatesApplied > 300,
            "\(counters), seed \(seed)"
        )
        #expect(counters.referenceChanges > 50 && (counters.skips[.duplicateEvent] ?? 0) > 100, "seed \(seed)")
        #expect(counters.deadLetters.values.reduce(0, +) > 100 && counters.deadLetters.count >= 4, "seed \(seed)")
    }

    @Test(arguments: 0..<20)
    func everythingIsAnswered(_ round: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        let records = try RandomHistory.records(seed: seed, count: 400)
        let result = try Replaying.run(records)
        let counters = result.counters
        #expect(counters.skips[.lockBusy] == nil, "R80, seed \(seed)")
        #expect(counters.runs == counters.events, "R80: every event has its own pass, seed \(seed)")
        #expect(counters.published == Int64(result.output.count), "G2, seed \(seed)")
        let letters = counters.deadLetters.values.reduce(0, +)
        #expect(result.values(of: .deadLetters).count == Int(letters), "G2, seed \(seed)")
        #expect(counters.refusals == 0, "seed \(seed)")
        // Offsets count from 0 per topic, in partition 0 (R91).
        for topic in OutputTopic.allCases {
            let own = result.output.filter { $0.topic == TopicNames().name(of: topic) }
            #expect(own.map(\.offset) == Array(0..<Int64(own.count)) && own.allSatisfy { $0.partition == 0 })
        }
    }

    /// What comes later in the file changes nothing of what came out before (R80): a prefix of the input gives a prefix.
    @Test func prefixes() throws {
        let seed = UInt64.random(in: 0 ... .max)
        let records = try RandomHistory.records(seed: seed, count: 600)
        let whole = try Replaying.run(records).output
        for count in stride(from: 0, through: records.count, by: 47) {
            let part = try Replaying.run(Array(records.prefix(count))).output
            #expect(part == Array(whole.prefix(part.count)), "R80, seed \(seed), \(count) records")
        }
    }

    /// Reference data counts in its place (R98): before it an expert is unknown, after it known.
    @Test func referenceCountsInItsPlace() throws {
        let records = try RandomHistory.records(seed: 5, count: 0)
        let event = Self.event("a", recommendation: 1, offset: 0)
        let later = Self.event("b", recommendation: 2, offset: 1)
        let result = try Replaying.run([event] + records + [later])
        #expect(result.values(of: .eventsSkipped).count == 1)
        #expect(result.values(of: .eventsSkipped).first?.contains(#""reason":"unknown_expert""#) == true)
        #expect(result.values(of: .ordersCreated).first?.contains(#""event_id":"b""#) == true)
    }

    /// A pass that fails is tried again as time goes on, without waiting, and in the end decides (R31).
    @Test(arguments: [1, 3, 100])
    func failingPasses(failures: Int) throws {
        let records = try RandomHistory.records(seed: 5, count: 0) + [Self.event("a", recommendation: 1, offset: 0)]
        var configuration = PipelineConfiguration()
        configuration.retry.attempts = 4
        let result = try Replaying.run(
            records, configuration: configuration, rules: FailingRules(failures: failures))
        let orders = result.values(of: .ordersCreated)
        let skips = result.values(of: .eventsSkipped)
        #expect(orders.isEmpty == (failures == 100))
        #expect(skips.contains { $0.contains(#""reason":"evaluation_error""#) } == (failures == 100))
        #expect(result.counters.passFailures == Int64(min(failures, 4)))
        // The times of outputs know nothing of the retries.
        #expect((orders + skips).allSatisfy { $0.contains("2026-11-23T09:30:00.000Z") })
    }

    /// Records below their partition's position were taken in before (R12).
    @Test func redelivered() throws {
        let reference = try RandomHistory.records(seed: 5, count: 0)
        let event = Self.event("a", recommendation: 1, offset: 3)
        let other = Self.event("b", recommendation: 2, offset: 3)
        let result = try Replaying.run(reference + [event, other])
        #expect(result.counters.redelivered == 1 && result.counters.events == 1)
    }

    static func event(_ id: String, recommendation: Int, offset: Int64) -> EnvelopeRecord {
        let value = """
            {"event_id":"\(id)","occurred_at":"2026-11-23T09:30:00Z","expert_instance_id":1,"use_case":"enter_market",\
            "recommendations":[{"id":\(recommendation),"symbol":"S\(recommendation)","recommended_action":"BUY","confidence":90,\
            "expected_profit_percent":5,"price_at_date":50,"created_at":"2026-11-23T09:30:00Z"}]}
            """
        return EnvelopeRecord(
            topic: TopicNames().analysisCompleted, partition: 0, offset: offset, timestamp: 1_000, key: Array("1".utf8),
            value: Array(value.utf8))
    }
}

/// Rules that fail so many times before they work.
private final class FailingRules: RuleEngine {
    private struct Failure: Error {}

    private let left: Counter
    private final class Counter: @unchecked Sendable {
        // A replay evaluates on one thread.
        var count: Int
        init(_ count: Int) { self.count = count }
    }

    init(failures: Int) { left = Counter(failures) }

    var mayBlock: Bool { false }

    func evaluate(_ subject: EvaluationSubject, ruleset: CompiledRuleset, explain: Bool) throws -> RuleDecision {
        if left.count > 0 {
            left.count -= 1
            throw Failure()
        }
        return try TradeRules().evaluate(subject, ruleset: ruleset, explain: explain)
    }
}
