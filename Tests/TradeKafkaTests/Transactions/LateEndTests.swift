import CRdkafka
import Foundation
import Support
import Synchronization
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// An EndTxn that a network delays until after its repetition ends the next transaction (KAFKA-17754). A sink that takes every
/// repetition for a doubt is safe from it; one that does not loses and doubles rows, which shows that the delay works (design §6).
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct LateEndTests {
    /// 20 in every run; `LATE_END_ROUNDS` for more.
    static let rounds = ProcessInfo.processInfo.environment["LATE_END_ROUNDS"].flatMap { Int($0) } ?? 20

    /// What a round does: which end is held, and before which later request the broker gets it.
    struct Round {
        /// The held EndTxn aborts; else it commits.
        var isAbort: Bool
        /// The key of the request before which it is sent on.
        var before: Int16
        /// How many such requests pass first.
        var passed: Int
        /// The transaction after the held one fails once its mark is sent.
        var nextFails: Bool
    }

    @Test func repetitionsAreDoubts() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = ContractRandom(seed: seed)
        let (bench, codes, troubles) = try Self.run(Self.rounds, TransactionLimits()) { _ in
            Round(
                isAbort: random.chance(50), before: [0, 22, 24, 25, 26, 28].randomElement(using: &random) ?? 25,
                passed: Int.random(in: 0...2, using: &random),
                nextFails: random.chance(50))
        }
        let answers = Dictionary(grouping: codes) { $0 }.mapValues(\.count)
        print("late EndTxn, seed \(seed): \(Self.rounds) rounds, the broker's answers \(answers)")
        #expect(codes.count == Self.rounds, "every one was held and sent")
        #expect(troubles.filter { $0.contains("sent again") }.count >= Self.rounds)
        try bench.expectOnce(Self.rounds * Self.rowsOfARound, "seed \(seed)")
    }

    /// The same with the rule switched off.
    @Test(arguments: [true, false]) func withoutTheRuleRowsAreLostOrDoubled(isAbort: Bool) throws {
        var limits = TransactionLimits()
        limits.doubtsRepeatedRequests = false
        let rounds = 3
        let (bench, codes, _) = try Self.run(rounds, limits) { _ in
            Round(isAbort: isAbort, before: 25, passed: 0, nextFails: !isAbort)
        }
        #expect(codes == Array(repeating: 0, count: rounds), "the broker took them")
        let numbers = try bench.read(.ordersCreated, count: 1)
            .compactMap { Int(String(decoding: $0.value ?? [], as: UTF8.self)) }
        let lost = rounds * Self.rowsOfARound - Set(numbers).count
        let doubled = numbers.count - Set(numbers).count
        print("without the rule, held \(isAbort ? "aborts" : "commits"): \(lost) rows lost, \(doubled) doubled")
        #expect(isAbort ? lost > 0 : doubled > 0)
    }

    static let rowsOfARound = 6

    /// Returns the broker's answers to the late requests.
    private static func run(
        _ rounds: Int, _ limits: TransactionLimits, _ plan: (Int) -> Round
    ) throws -> (RelayBench, codes: [Int16], troubles: [String]) {
        let bench = try RelayBench(partitions: 2)
        let proxy = try KafkaProxy(broker: bench.configuration.bootstrapServers)
        defer { proxy.close() }
        var configuration = bench.configuration
        configuration.bootstrapServers = proxy.bootstrapServers
        configuration.properties = ["reconnect.backoff.ms": "1", "reconnect.backoff.max.ms": "20"]
        let sink = try TransactionalProducer(configuration, relay: bench.relay, limits: limits)
        defer { sink.close(deadline: 5) }
        var loop = RelayLoop(sink, batch: rowsOfARound / 2)
        loop.run(to: 0, steps: 50)
        var codes: [Int16] = []
        for index in 0..<rounds {
            let round = plan(index)
            let end = (index + 1) * rowsOfARound
            let delay = Delay(round, proxy)
            proxy.setRule { delay.action(on: $0) }
            // The first transaction's end is held; an abort follows what fails after the rows.
            let failure = "send_offsets_to_transaction"
            if round.isAbort {
                ForcedError.on(failure) { loop.step(end) }
            } else {
                loop.step(end)
            }
            if round.nextFails {
                ForcedError.on(failure + ".done") { loop.run(to: end) }
            } else {
                loop.run(to: end)
            }
            // What no request released.
            codes += delay.codes + proxy.release()
        }
        return (bench, codes, loop.troubles)
    }

    /// Holds the first EndTxn that it sees, and sends it on where the round says.
    private final class Delay: Sendable {
        private struct State {
            var isHeld = false
            /// Requests of the kind in question since then.
            var seen = 0
            var codes: [Int16] = []
        }

        private let round: Round
        private let proxy: KafkaProxy
        private let state = Mutex(State())

        init(_ round: Round, _ proxy: KafkaProxy) {
            self.round = round
            self.proxy = proxy
        }

        var codes: [Int16] { state.withLock { $0.codes } }

        func action(on request: KafkaProxy.Request) -> KafkaProxy.Action {
            let (holds, releases) = state.withLock { state in
                guard state.isHeld else {
                    state.isHeld = request.key == 26
                    return (state.isHeld, false)
                }
                guard request.key == round.before else { return (false, false) }
                state.seen += 1
                // The repetition is the first EndTxn behind the held one.
                return (false, state.seen == round.passed + (round.before == 26 ? 2 : 1))
            }
            if releases {
                let codes = proxy.release()
                state.withLock { $0.codes += codes }
            }
            return holds ? .hold : .pass
        }
    }
}
