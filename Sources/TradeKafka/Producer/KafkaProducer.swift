import CRdkafka
import Synchronization
import TradeContracts
package import TradePipeline

/// Publishes output records, in order and at least once (design §6).
///
/// The producer is idempotent and never gives a record up. When the broker refuses one, or doesn't answer for `patience`, what
/// isn't acknowledged is purged and a new producer goes on from the first record that is not: duplicates follow only such
/// failures.
package final class KafkaProducer: RecordSink {
    private let configuration: KafkaConfiguration
    private let patience: Duration
    private let isStopping = StopFlag()
    private var session: ProducerSession?
    private let relay: RelayIdentity?
    /// The highest number that is published, and what Kafka's mark says.
    private var published: Int64 = 0
    private var written: Int64 = 0
    private var isHealthy = false

    /// Throws for a wrong configuration; a broker that is away is told by `publish`. `patience`: seconds without an
    /// acknowledgement after which `publish` returns.
    /// `relay`: whose mark Kafka keeps; nil where it keeps none, as the embedded broker.
    package init(
        _ configuration: KafkaConfiguration, relay: RelayIdentity? = nil, patience: Double = 5
    ) throws(KafkaError) {
        self.configuration = configuration
        self.relay = relay
        self.patience = .seconds(max(0.1, patience))
        session = try ProducerSession(configuration)
    }

    package func open(_ opening: SinkOpening) -> SinkOpened {
        guard let relay else { return .opened(mark: opening.mark) }
        do throws(KafkaError) {
            let found = try KafkaRelayMark.read(
                configuration, relayID: relay.relayID, readsCommitted: false, within: isStopping.isSet() ? 1 : 10)
            let judged = relay.rules.judge(found, opening)
            guard case .opened(let mark) = judged else { return judged }
            try write(mark)
            return judged
        } catch {
            return .unavailable(reason: error.description)
        }
    }

    private func write(_ mark: Int64) throws(KafkaError) {
        guard let relay else { return }
        try KafkaRelayMark.write(mark, configuration, by: relay)
        written = mark
        published = max(published, mark)
    }

    package func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult {
        if rows.isEmpty {
            do throws(KafkaError) { try write(publishedThrough) } catch {
                return .failed(publishedThrough: publishedThrough, reason: error.description)
            }
            return .published
        }
        let result = send(rows, publishedThrough: publishedThrough)
        isHealthy = result == .published
        switch result {
        case .published: published = rows.last?.number ?? publishedThrough
        case .failed(let number, _): published = number
        case .refused(let number, _): published = number - 1
        case .inDoubt: break
        }
        return result
    }

    private func send(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult {
        var through = publishedThrough
        var rest = rows[...]
        // What is too large is found by halving, and a dead letter goes without its value then (design §6).
        var limit = rows.count
        while let first = rest.first {
            let group = rest.prefix(limit)
            let result: Delivery.Result
            do throws(KafkaError) {
                result = try send(group.map(\.record))
            } catch {
                return .failed(publishedThrough: through, reason: error.description)
            }
            if result.acknowledged > 0 { through = group[group.startIndex + result.acknowledged - 1].number }
            rest = rest.dropFirst(result.acknowledged)
            guard let reason = result.reason else {
                limit = min(rows.count, limit * 2)
                continue
            }
            if result.isRefused, group.count > 1 {
                // What the library itself refuses is the next one.
                limit = result.needsNewSession ? group.count / 2 : 1
            } else if result.isRefused, sendReduced(first) {
                through = first.number
                rest = rest.dropFirst()
            } else if result.isRefused {
                return .refused(number: first.number, reason: reason)
            } else {
                let row = rest.first.map { "row \($0.number): " } ?? ""
                return .failed(publishedThrough: through, reason: row + reason)
            }
        }
        return .published
    }

    private func send(_ records: [EncodedRecord]) throws(KafkaError) -> Delivery.Result {
        let session = try currentSession()
        var topics: [TopicHandle] = []
        for topic in OutputTopic.allCases { topics.append(try session.topic(configuration.topics.name(of: topic))) }
        let delivery = Delivery(session, patience: patience, isStopping: isStopping.isSet)
        let result = delivery.run(count: records.count) { (index: Int) throws(KafkaError) -> Void in
            let record = records[index]
            try session.produce(
                OutgoingRecord(key: record.key, value: record.value, headers: record.headers),
                to: topics[Int(record.topic.rawValue)], number: index)
        }
        if result.needsNewSession { discard(within: isStopping.isSet() ? 0.2 : 1) }
        return result
    }

    /// Sends of a dead letter that is too large as much as the broker takes; false where it is none or nothing of it arrives.
    private func sendReduced(_ row: PublishableRow) -> Bool {
        for reduction in DeadLetterEncoder.reductions(of: row.record) {
            guard let result = try? send([reduction]) else { return false }
            if result.reason == nil {
                configuration.tellReduction(of: row, isBare: reduction.key == nil)
                return true
            }
            guard result.isRefused else { return false }
        }
        return false
    }

    /// Makes a `publish` that waits return within a second, and every later one at once: what it has sent it waits for half a
    /// second. From any thread.
    package func interrupt() { isStopping.set() }

    package func close(deadline: Double) {
        // The store's mark is the one that counts; Kafka's follows where that is quick.
        if isHealthy, published > written { try? write(published) }
        discard(within: deadline)
    }

    private func currentSession() throws(KafkaError) -> ProducerSession {
        if let session { return session }
        let new = try ProducerSession(configuration)
        session = new
        return new
    }

    private func discard(within seconds: Double) {
        guard let client = session?.client else { return }
        session = nil
        _ = client.destroy(within: seconds, closed: true)
    }
}

/// A flag that is set once, from any thread.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    func set() { flag.store(true, ordering: .releasing) }

    var isSet: @Sendable () -> Bool {
        { self.flag.load(ordering: .acquiring) }
    }
}
