import CRdkafka
import Foundation
import Support
import Synchronization
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Every call ends in bounded time, whatever the broker does, and soon after `interrupt` (design §6).
@Suite(.serialized) struct TransactionPatienceTests {
    /// Requests that a broker leaves without an answer, by their keys.
    private static let requests: [(key: Int16, name: String)] = [
        (0, "Produce"), (24, "AddPartitionsToTxn"), (25, "AddOffsetsToTxn"), (26, "EndTxn"), (28, "TxnOffsetCommit"),
    ]

    @Test func openingWithoutABroker() throws {
        var limits = TransactionLimits()
        limits.timeout = 1
        let relay = RelayIdentity(relayID: "r", owner: RelayBench.owner(store: 1, starts: 1...1))
        let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        let sinks: [any RecordSink] = [
            try TransactionalProducer(configuration, relay: relay, limits: limits),
            try KafkaProducer(configuration, relay: relay),
        ]
        for sink in sinks {
            defer { sink.close(deadline: 1) }
            nonisolated(unsafe) let shared = sink
            let start = ContinuousClock.Instant.now
            if sink is KafkaProducer {
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: 0.2)
                    shared.interrupt()
                }
            }
            let result = sink.open(SinkOpening(mark: 0, highest: 0, expectsMark: false))
            #expect(ContinuousClock.Instant.now - start < .seconds(5))
            guard case .unavailable(let reason) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(reason.contains("group r"), "\(reason)")
        }
    }

    /// The broker takes a request and never answers: in doubt within the transaction's timeout, and settled once it answers again.
    @Test(.enabled(if: TestBroker.hasReal), arguments: requests.map(\.key)) func aRequestWithoutAnswer(_ key: Int16)
        throws
    {
        var limits = TransactionLimits()
        limits.timeout = 3
        limits.patience = 1
        limits.abort = 1
        let (bench, proxy, sink) = try Self.make(limits)
        defer {
            sink.close(deadline: 1)
            proxy.close()
        }
        sink.expectOpen()
        let ends = Atomic<Int>(0)
        proxy.setRule { request in
            if request.key == 26 { ends.add(1, ordering: .relaxed) }
            return request.key == key ? .ignore : .pass
        }
        let start = ContinuousClock.Instant.now
        let result = sink.publish(RelayBench.rows(1...20), publishedThrough: 0)
        let elapsed = ContinuousClock.Instant.now - start
        // Far below the 60 s that the library itself would wait: one transaction, which is not tried again at once.
        #expect(elapsed < .seconds(7), "\(result)")
        if key != 26 { #expect(ends.load(ordering: .relaxed) <= 1, "\(result)") }
        switch result {
        case .inDoubt, .failed(0, _): break
        default: Issue.record("\(result)")
        }
        proxy.setRule { _ in .pass }
        var loop = RelayLoop(sink)
        loop.run(to: 40)
        try bench.expectOnce(40)
    }

    @Test(.enabled(if: TestBroker.hasReal), arguments: requests.map(\.key)) func aStopWhileWaiting(_ key: Int16) throws
    {
        let (bench, proxy, sink) = try Self.make(TransactionLimits())
        defer { proxy.close() }
        sink.expectOpen()
        nonisolated(unsafe) let shared = sink
        let stop = Mutex<ContinuousClock.Instant?>(nil)
        proxy.setRule { request in
            guard request.key == key else { return .pass }
            if stop.withLock({ $0 }) == nil {
                stop.withLock { $0 = .now }
                shared.interrupt()
            }
            return .ignore
        }
        let result = sink.publish(RelayBench.rows(1...20), publishedThrough: 0)
        let elapsed = ContinuousClock.Instant.now - (stop.withLock { $0 } ?? .now)
        #expect(elapsed < .seconds(2), "\(result)")
        let close = ContinuousClock.Instant.now
        sink.close(deadline: 0.5)
        #expect(ContinuousClock.Instant.now - close < .seconds(1))
        switch result {
        case .inDoubt, .failed(0, _): break
        default: Issue.record("\(result)")
        }
        guard case .unavailable = sink.open(SinkOpening(mark: 0, highest: 20, expectsMark: true)) else {
            Issue.record("opened after a stop")
            return
        }
        // The next process.
        let next = try bench.makeSink()
        defer { next.close(deadline: 5) }
        var loop = RelayLoop(next)
        loop.run(to: 20)
        try bench.expectOnce(20)
    }

    /// A stop while opening hangs.
    @Test(.enabled(if: TestBroker.hasReal), arguments: [9, 22, 25, 26] as [Int16]) func aStopWhileOpening(_ key: Int16)
        throws
    {
        let (_, proxy, sink) = try Self.make(TransactionLimits())
        defer { proxy.close() }
        nonisolated(unsafe) let shared = sink
        let stop = Mutex<ContinuousClock.Instant?>(nil)
        proxy.setRule { request in
            guard request.key == key else { return .pass }
            if stop.withLock({ $0 }) == nil {
                stop.withLock { $0 = .now }
                shared.interrupt()
            }
            return .ignore
        }
        let result = sink.open(SinkOpening(mark: 0, highest: 0, expectsMark: false))
        #expect(ContinuousClock.Instant.now - (stop.withLock { $0 } ?? .now) < .seconds(2), "\(result)")
        guard case .unavailable = result else {
            Issue.record("\(result)")
            return
        }
        sink.close(deadline: 0.5)
    }

    /// Connections break at every request of a transaction in turn, before and behind the broker's part in it.
    @Test(.enabled(if: TestBroker.hasReal), arguments: [true, false]) func connectionsThatBreak(_ isAnswered: Bool)
        throws
    {
        let seed = UInt64.random(in: 0 ... .max)
        var random = ContractRandom(seed: seed)
        let (bench, proxy, sink) = try Self.make(TransactionLimits())
        defer {
            sink.close(deadline: 1)
            proxy.close()
        }
        var loop = RelayLoop(sink)
        for round in 1...30 {
            let key = [0, 22, 24, 25, 26, 28, 9].randomElement(using: &random) ?? 0
            let flag = Flag()
            proxy.setRule { request in
                guard request.key == key, flag.take() else { return .pass }
                return isAnswered ? .loseAnswer : .hold
            }
            loop.run(to: round * 20)
        }
        proxy.release()
        try bench.expectOnce(600, "seed \(seed): \(loop.troubles)")
    }

    private final class Flag: Sendable {
        private let isTaken = Atomic<Bool>(false)

        /// True once.
        func take() -> Bool { !isTaken.exchange(true, ordering: .sequentiallyConsistent) }
    }

    private static func make(_ limits: TransactionLimits) throws -> (RelayBench, KafkaProxy, TransactionalProducer) {
        let bench = try RelayBench()
        let proxy = try KafkaProxy(broker: bench.configuration.bootstrapServers)
        var configuration = bench.configuration
        configuration.bootstrapServers = proxy.bootstrapServers
        configuration.properties = ["reconnect.backoff.ms": "1", "reconnect.backoff.max.ms": "20"]
        return (bench, proxy, try TransactionalProducer(configuration, relay: bench.relay, limits: limits))
    }
}
