import Foundation
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeKafka

/// An EndTxn that arrives after its retry ends the next transaction (KAFKA-17754), and every call has returned success by then.
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct LateEndTests {
    private struct Damage {
        var twice = 0
        var lost = 0
        var doubts = 0
        var late = 0
    }

    /// Publishes two rows a round, each in a request of its own, and in every round an end of a transaction comes late.
    private func publish(rounds: Int, discards: Bool, at moments: [LateEndProxy.Moment]) throws -> Damage {
        let bench = try BrokerBench(.kafka, partitions: 1)
        let broker = try #require(
            bench.configuration.bootstrapServers.split(separator: ":").last.flatMap { UInt16($0) })
        let proxy = try LateEndProxy(broker: broker)
        defer { proxy.close() }
        var configuration = bench.configuration
        configuration.producerProperties["reconnect.backoff.ms"] = "1"
        configuration.producerProperties["reconnect.backoff.max.ms"] = "10"
        configuration.producerProperties["batch.num.messages"] = "1"
        let identity = StoreIdentity(id: UniqueID(high: 1, low: .random(in: 0 ... .max)), start: 1, incarnation: 1)
        let relay = RelayIdentity(
            relayID: RelayIdentity.relayID(ordersTopic: configuration.topics.ordersCreated),
            owner: StoreOwner(identity: identity, starts: []))
        var damage = Damage()
        var mark: Int64 = 0
        let last = Int64(rounds) * 2
        let sink = try TransactionalProducer(configuration, relay: relay, patience: 5, discards: discards)
        defer { sink.close(deadline: 5) }
        try proxy.redirecting {
            func open() throws {
                for _ in 0..<20 {
                    switch sink.open(SinkOpening(mark: mark, highest: last, expectsMark: mark > 0)) {
                    case .opened(let found):
                        mark = found
                        return
                    case .unavailable: continue
                    case .refused(let reason): throw LateEndProxy.ProxyError(text: reason)
                    }
                }
                throw LateEndProxy.ProxyError(text: "it can't be opened")
            }
            try open()
            while mark < last {
                let rows = [mark + 1, mark + 2].filter { $0 <= last }.map { number in
                    SinkContract.row(number, .ordersCreated, RecordContent(key: "1", value: "\(number)"))
                }
                proxy.arm(moments.randomElement() ?? .secondProduce)
                switch sink.publish(rows, publishedThrough: mark) {
                case .published: mark = rows.last?.number ?? mark
                case .failed(let through, _): mark = through
                case .refused(_, let reason): throw LateEndProxy.ProxyError(text: reason)
                case .inDoubt:
                    damage.doubts += 1
                    try open()
                }
            }
        }
        damage.late = proxy.released
        let found = try bench.readAll(.ordersCreated).map { String(decoding: $0.value ?? [], as: UTF8.self) }
        damage.twice = found.count - Set(found).count
        damage.lost = Int(last) - Set(found).count
        return damage
    }

    @Test("G5: an end that comes late publishes nothing twice and loses nothing")
    func nothingTwiceNothingLost() throws {
        let rounds = Int(ProcessInfo.processInfo.environment["TRADE_MANAGER_LATE_ENDS"] ?? "") ?? 20
        let damage = try publish(rounds: rounds, discards: true, at: LateEndProxy.Moment.allCases)
        print("nothingTwiceNothingLost: \(rounds) rounds, \(damage)")
        #expect(damage.twice == 0 && damage.lost == 0, "\(damage)")
        #expect(damage.late >= rounds / 2, "the test has to do what it says: \(damage)")
    }

    @Test("Without the rule that more than one EndTxn is doubt, the same damages what is published")
    func theRuleIsNeeded() throws {
        let damage = try publish(rounds: 30, discards: false, at: [.secondProduce])
        print("theRuleIsNeeded: \(damage)")
        #expect(damage.twice + damage.lost > 0, "\(damage)")
    }
}
