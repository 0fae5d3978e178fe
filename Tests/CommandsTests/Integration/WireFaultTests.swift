import Foundation
import ServiceSupport
import Settings
import Support
import Synchronization
import Testing

extension Processes {
    /// A broker that is slow, and one that answers errors, whether it has done what it was asked for or not.
    @Suite(.serialized, .enabled(if: ServiceBroker.realServers != nil)) struct WireFaultTests {
        /// An error in the next answers to a kind of request.
        struct Fault: CustomStringConvertible {
            var key: Int16
            var api: String
            var error: String
            var code: Int16
            /// The broker does what it is asked for, and only its answer is false.
            var isDone: Bool

            var description: String { "\(api) \(error), \(isDone ? "done" : "not done")" }
        }

        /// Kafka's numbers.
        private static let codes: [String: Int16] = [
            "UNKNOWN_SERVER_ERROR": -1, "OFFSET_OUT_OF_RANGE": 1, "UNKNOWN_TOPIC_OR_PARTITION": 3,
            "NOT_LEADER_OR_FOLLOWER": 6, "REQUEST_TIMED_OUT": 7, "MESSAGE_TOO_LARGE": 10,
            "COORDINATOR_LOAD_IN_PROGRESS": 14, "COORDINATOR_NOT_AVAILABLE": 15, "NOT_COORDINATOR": 16,
            "NOT_ENOUGH_REPLICAS": 19, "ILLEGAL_GENERATION": 22, "UNKNOWN_MEMBER_ID": 25,
            "REBALANCE_IN_PROGRESS": 27, "CONCURRENT_TRANSACTIONS": 51,
        ]
        private static let coordinator = [
            "COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS", "CONCURRENT_TRANSACTIONS",
            "UNKNOWN_SERVER_ERROR",
        ]
        /// What changes something at the broker is tried done and not done; the others change nothing.
        private static let table: [(key: Int16, api: String, errors: [String], changes: Bool)] = [
            (
                0, "Produce",
                ["NOT_LEADER_OR_FOLLOWER", "NOT_ENOUGH_REPLICAS", "REQUEST_TIMED_OUT", "MESSAGE_TOO_LARGE"],
                true
            ),
            (26, "EndTxn", coordinator, true), (24, "AddPartitionsToTxn", coordinator, true),
            (28, "TxnOffsetCommit", coordinator, true), (25, "AddOffsetsToTxn", coordinator, true),
            (22, "InitProducerId", coordinator, true),
            (
                8, "OffsetCommit",
                ["COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR", "REBALANCE_IN_PROGRESS", "UNKNOWN_SERVER_ERROR"], true
            ),
            (9, "OffsetFetch", ["COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "UNKNOWN_SERVER_ERROR"], false),
            (
                1, "Fetch",
                [
                    "NOT_LEADER_OR_FOLLOWER", "UNKNOWN_TOPIC_OR_PARTITION", "OFFSET_OUT_OF_RANGE",
                    "UNKNOWN_SERVER_ERROR",
                ], false
            ),
            (12, "Heartbeat", ["REBALANCE_IN_PROGRESS", "UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION"], false),
        ]

        /// All of them where the run may take longer, else a few.
        private static func faults(_ random: inout ContractRandom) -> [Fault] {
            let all = table.flatMap { row in
                row.errors.flatMap { error in
                    (row.changes ? [true, false] : [true]).map { isDone in
                        Fault(
                            key: row.key, api: row.api, error: error, code: codes[error] ?? -1, isDone: isDone)
                    }
                }
            }
            if KafkaCluster.script != nil { return all }
            return all.filter { $0.error == "UNKNOWN_MEMBER_ID" } + all.shuffled(using: &random).prefix(4)
        }

        @Test("G2, G5: an error in the answers to each kind of request, done or not: it goes on by itself")
        func errors() throws {
            let seed = UInt64.random(in: 0 ... .max)
            print("errors: seed \(seed)")
            var random = ContractRandom(seed: seed)
            let (run, proxy) = try Self.start(perSecond: 60)
            defer { proxy.close() }
            for fault in Self.faults(&random) {
                // For a moment, and once: a broker that is in trouble, and one answer that is lost.
                for times in [1, 4] {
                    let count = try Self.cause(fault, times: times, proxy, run)
                    let seconds = try run.expectProgress("\(fault), \(count) times")
                    if KafkaCluster.script != nil { print("\(fault), \(count) times: through after \(seconds) s") }
                }
            }
            proxy.setRule { _ in .pass }
            try run.finish("errors, seed \(seed)")
        }

        @Test("G2, G5: a broker that takes its time for every answer", .enabled(if: KafkaCluster.script != nil))
        func delays() throws {
            let (run, proxy) = try Self.start(perSecond: 100)
            defer { proxy.close() }
            proxy.setDelay(0.3...0.8)
            for round in 1...3 {
                print("slow answers, \(round): through after \(try run.expectProgress("slow answers, \(round)")) s")
            }
            proxy.setDelay(nil)
            try run.finish("slow answers")
        }

        // MARK: -

        private static func start(perSecond rate: Double) throws -> (FaultRun, KafkaProxy) {
            let harness = try ServiceHarness(.kafka, reference: FaultRun.reference)
            harness.consumerProperties = ["heartbeat.interval.ms": "500"]
            let proxy = try KafkaProxy(broker: harness.site.servers)
            harness.configuration.kafka.bootstrapServers = .servers([proxy.bootstrapServers])
            return (try FaultRun(harness, perSecond: rate), proxy)
        }

        /// Has the next answers of a kind say an error; those, `times` at most, that come within some seconds: how many there were.
        private static func cause(_ fault: Fault, times: Int, _ proxy: KafkaProxy, _ run: FaultRun) throws -> Int {
            let left = Mutex(times)
            // These come only with a new producer, which an end of a transaction without an answer makes.
            let needsDoubt = Atomic<Bool>(fault.key == 22 || fault.key == 9)
            proxy.setRule { request in
                if request.key == 26, needsDoubt.exchange(false, ordering: .sequentiallyConsistent) {
                    return .loseAnswer
                }
                guard request.key == fault.key, left.withLock({ $0 > 0 }) else { return .pass }
                left.withLock { $0 -= 1 }
                return fault.isDone ? .falsify(code: fault.code) : .refuse(code: fault.code)
            }
            let isThrough = Eventually.holds(seconds: 10, every: 0.02) { left.withLock { $0 } == 0 }
            #expect(isThrough || left.withLock { $0 } < times, "\(fault) never came: \(run.log)")
            return times - left.withLock { max(0, $0) }
        }
    }
}
