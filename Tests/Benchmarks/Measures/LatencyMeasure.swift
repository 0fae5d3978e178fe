import Foundation
import Settings
import Telemetry
import TradeContracts
import TradeCore
import TradeKafka
import TradePipeline

/// From an event's publishing to the order that a reader of committed records gets, at 1,000 events a second on a real Kafka; beside
/// it what the machine needs for one fsync and the broker for one transaction.
enum LatencyMeasure: Measure {
    static let name = "latency"

    private static let rate = 1_000
    private static let seconds = 10
    /// Events and transactions that do not count: a broker's virtual machine compiles as it goes, and is several times slower before.
    private static let warmUp = 10_000
    private static let transactionWarmUp: Int64 = 2_000

    static func run(_ report: (Row) -> Void) throws {
        guard BrokerSite.realServers != nil else { return }
        report(Row("one write of 4 KiB with fsync", figure: text(try synchronisations(500))))
        let site = try BrokerSite(.kafka)
        report(Row("one Kafka transaction with one row and the mark", figure: text(try transactions(site, 500))))
        for delivery in [Configuration.Delivery.exactlyOnce, .atLeastOnce] {
            let site = try BrokerSite(.kafka)
            let title = delivery == .exactlyOnce ? "exactly once" : "at least once"
            report(Row("event to order, 1,000 events a second, \(title)", figure: text(try orders(site, delivery))))
        }
    }

    private static func text(_ nanoseconds: [UInt64]) -> String {
        let sorted = nanoseconds.sorted()
        guard !sorted.isEmpty else { return "–" }
        func at(_ part: Double) -> String { Row.short(Double(sorted[Int(Double(sorted.count - 1) * part)]) / 1e6) }
        return "p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, greatest \(at(1)) ms"
    }

    private static func synchronisations(_ count: Int) throws -> [UInt64] {
        let folder = try ScratchFolder()
        let file = open(folder.file("synchronised"), O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let page = [UInt8](repeating: 7, count: 4_096)
        return (0..<count).map { _ in
            let start = MonotonicTime.now
            _ = write(file, page, page.count)
            _ = fsync(file)
            return MonotonicTime.now - start
        }
    }

    private static func transactions(_ site: BrokerSite, _ count: Int64) throws -> [UInt64] {
        var configuration = KafkaConfiguration(bootstrapServers: site.servers)
        configuration.topics = site.topics
        let identity = StoreIdentity(id: UniqueID(high: 1, low: .random(in: 0 ... .max)), start: 1, incarnation: 1)
        let sink = try TransactionalProducer(
            configuration,
            relay: RelayIdentity(
                relayID: RelayIdentity.defaultID(ordersTopic: site.topics.ordersCreated),
                owner: StoreOwner(identity: identity, starts: [])))
        defer { sink.close(deadline: 5) }
        let last = transactionWarmUp + count
        guard case .opened = sink.open(SinkOpening(mark: 0, highest: last, expectsMark: false)) else {
            throw BenchmarkError("the relay can't be opened")
        }
        let all = try (1...last).map { number in
            let record = EncodedRecord(topic: .ordersCreated, key: [1], value: Array("\(number)".utf8), headers: [])
            let start = MonotonicTime.now
            let result = sink.publish([PublishableRow(number: number, record: record)], publishedThrough: number - 1)
            guard result == .published else { throw BenchmarkError("\(result)") }
            return MonotonicTime.now - start
        }
        return Array(all.dropFirst(Int(transactionWarmUp)))
    }

    private static func orders(_ site: BrokerSite, _ delivery: Configuration.Delivery) throws -> [UInt64] {
        let workload = Workload.orders(warmUp + rate * seconds)
        let run = try ServiceRun(site, workload, delivery: delivery)
        defer { run.end() }
        let times = SentTimes()
        let texts = EventText()
        let (servers, topics) = (site.servers, site.topics)
        let sender = OwnedThread(name: "sender") {
            var configuration = KafkaConfiguration(bootstrapServers: servers)
            configuration.topics = topics
            guard let publisher = try? KafkaPublisher(configuration) else { return }
            var next = MonotonicTime.now
            for first in stride(from: 0, to: workload.events, by: 10) {
                while MonotonicTime.now < next { usleep(200) }
                next += 10_000_000
                let messages = (first..<first + 10).map { event in
                    KafkaPublisher.Message(
                        topic: topics.analysisCompleted,
                        record: OutgoingRecord(
                            key: Array(String(workload.expert(event)).utf8),
                            value: Array(workload.text(event, texts).utf8)))
                }
                let sent = MonotonicTime.now
                for event in first..<first + 10 { times.note(event, at: sent) }
                do { try publisher.publish(messages) } catch { return }
            }
        }
        let latencies = try read(site, workload, times)
        _ = sender.join(until: nil)
        return latencies
    }

    /// Reads orders until all are there; those of the first events, which find nothing warm, do not count.
    private static func read(_ site: BrokerSite, _ workload: Workload, _ times: SentTimes) throws -> [UInt64] {
        var reading = KafkaConfiguration(bootstrapServers: site.servers)
        reading.groupID = "reading-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        reading.topics = site.topics
        // A consumer knows input topics by what they carry; here one carries orders.
        reading.topics.analysisCompleted = site.topics.ordersCreated
        reading.topics.orderUpdates = ""
        reading.consumerProperties = ["fetch.wait.max.ms": "1"]
        let source = try KafkaConsumer(reading, mode: .allPartitions)
        defer { source.close(deadline: 2) }
        let fields = OutputFieldReader()
        var found = 0
        var latencies: [UInt64] = []
        let end = MonotonicTime.after(seconds: 120)
        while found < workload.events {
            guard MonotonicTime.now < end else { throw BenchmarkError("\(found) of \(workload.events) orders came") }
            source.poll(timeout: 0.05) { event in
                if case .assigned(let partitions) = event {
                    source.start(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
                }
            } records: { views in
                let now = MonotonicTime.now
                for view in views {
                    // Event n brings recommendation n + 1.
                    guard let value = view.value,
                        let id = fields.fields(of: Array(value)).first(where: { $0.name == "recommendation_id" })?.text,
                        let number = Int(id)
                    else { continue }
                    found += 1
                    if number > warmUp, let sent = times.time(of: number - 1) { latencies.append(now - sent) }
                }
            }
        }
        return latencies
    }
}

/// When events were sent, by number.
private final class SentTimes: Sendable {
    private let times = Lock<[Int: UInt64]>([:])

    func note(_ event: Int, at time: UInt64) { times.withLock { $0[event] = time } }

    func time(of event: Int) -> UInt64? { times.withLock { $0[event] } }
}
