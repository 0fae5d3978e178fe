import Commands
import Foundation
import Settings
import Telemetry
import TradeContracts
import TradePipeline

/// The service over a filled topic, with a new store and a new group, until everything is published.
final class ServiceRun {
    private let service: Service
    private let thread: OwnedThread
    private let folder: ScratchFolder
    private let events: Int
    private let problem: SharedProblem

    /// `properties`: of the consumer. `lockWait`: seconds that an event waits for a busy key.
    init(
        _ site: BrokerSite, _ workload: Workload, sharesAccount: Bool = true, properties: [String: String] = [:],
        delivery: Configuration.Delivery = .exactlyOnce, lockWait: Double? = nil
    ) throws {
        folder = try ScratchFolder()
        events = workload.events
        var configuration = Configuration()
        configuration.kafka.bootstrapServers = .servers([site.servers])
        configuration.kafka.groupID = "group-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        // Several stores publish to one topic here, one after the other, which a service refuses.
        configuration.kafka.relayID = "relay-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        configuration.delivery = delivery
        configuration.kafka.topics.analysisCompleted = site.topics.analysisCompleted
        configuration.kafka.topics.orderUpdates = site.topics.orderUpdates
        configuration.kafka.topics.reference = site.topics.reference
        configuration.kafka.topics.ordersCreated = site.topics.ordersCreated
        configuration.kafka.topics.eventsSkipped = site.topics.eventsSkipped
        configuration.kafka.topics.deadLetters = site.topics.deadLetters
        configuration.store.path = ConfiguredPath(folder.file("store.sqlite"))
        configuration.http.port = nil
        if let lockWait { configuration.locks.wait = lockWait }
        configuration.kafka.consumerProperties = KafkaProperties(properties)
        let reference = ReferenceText(experts: workload.experts, sharesAccount: sharesAccount)
        configuration.reference.file = ConfiguredPath(try folder.write(reference.text, to: "reference.yaml"))
        let service = Service(configuration: configuration, logger: .none)
        self.service = service
        let problem = SharedProblem()
        self.problem = problem
        thread = OwnedThread(name: "service") {
            do {
                switch try service.run() {
                case .failed(let reason), .refused(let reason): problem.set(reason)
                case .stopped: break
                }
            } catch { problem.set("\(error)") }
        }
    }

    /// Measures from when so many events are in until all of them are decided, durable and published.
    func measure(after warmUp: Int = 1, _ look: (PipelineCounters) -> Void = { _ in }) throws -> (
        Sample, PipelineCounters
    ) {
        var start: (usage: ProcessUsage, events: Int64)?
        var lastChange = MonotonicTime.now
        var last = PipelineCounters()
        ProcessUsage.forgetPeak()
        while true {
            usleep(1_000)
            if let text = problem.text { throw BenchmarkError(text) }
            guard let counters = service.counters else { continue }
            if counters != last {
                last = counters
                lastChange = MonotonicTime.now
                look(counters)
            } else if MonotonicTime.now - lastChange > 30_000_000_000 {
                throw BenchmarkError("it stands at \(counters)")
            }
            if start == nil, counters.events >= warmUp { start = (.now, counters.events) }
            if counters.events >= events, service.isQuiet { break }
        }
        guard let start else { throw BenchmarkError("no events came") }
        let sampled = Sample(operations: max(1, events - Int(start.events)), since: start.usage)
        return (sampled, last)
    }

    /// Stops it and waits for its end.
    func end() {
        service.stop()
        _ = thread.join(until: MonotonicTime.after(seconds: 30))
    }
}

/// What went wrong on the service's thread.
private final class SharedProblem: Sendable {
    private let state = Lock<String?>(nil)

    var text: String? { state.withLock { $0 } }

    func set(_ text: String) { state.withLock { $0 = text } }
}
