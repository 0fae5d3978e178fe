import CRdkafka
import Synchronization
import TradeContracts
package import TradePipeline

/// Publishes output records, in order and at least once (design §6).
///
/// The producer is idempotent and never gives a record up. When the broker refuses one, or doesn't answer for `patience`, what
/// isn't acknowledged is purged and a new producer goes on from the first record that is not: duplicates follow only such
/// failures. With a relay identity (on a real Kafka) it holds the relay's mark, plainly: so that another store is refused, and
/// switching `delivery` is safe.
package final class KafkaProducer: RecordSink {
    private let configuration: KafkaConfiguration
    private let patience: Duration
    private let isStopping = StopFlag()
    private var session: ProducerSession?
    private let mark: PlainMark?

    /// Throws for a wrong configuration; a broker that is away is told by `open` and `publish`. `relay`: nil on the embedded
    /// broker, which keeps no mark. `patience`: seconds without an acknowledgement after which `publish` returns.
    package init(_ configuration: KafkaConfiguration, relay: RelayIdentity? = nil, patience: Double = 5)
        throws(KafkaError)
    {
        self.configuration = configuration
        self.patience = .seconds(max(0.1, patience))
        mark = relay.map { PlainMark(configuration, relay: $0) }
        session = try ProducerSession(configuration)
    }

    /// Reads the mark, and writes the higher one as this store's. Without a relay identity the opening's mark is all there is.
    package func open(_ opening: SinkOpening) -> SinkOpened {
        guard !isStopping.isSet() else { return .unavailable(reason: "stopped") }
        guard let mark else { return .opened(mark: opening.mark) }
        return mark.open(opening, isStopping: isStopping.isSet)
    }

    package func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult {
        if let mark, !mark.isOpen { return .inDoubt(reason: "the sink is not open") }
        var through = publishedThrough
        defer { mark?.advance(to: through) }
        if rows.isEmpty, let reason = mark?.write(through, isStopping: isStopping.isSet) {
            return .failed(publishedThrough: through, reason: reason)
        }
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
            let row = rest.first.map { "row \($0.number): " } ?? ""
            guard let refusal = result.refusal else { return .failed(publishedThrough: through, reason: row + reason) }
            guard group.count == 1 else {
                // What the library itself refuses is the next one.
                limit = result.needsNewSession ? group.count / 2 : 1
                continue
            }
            switch refusal == .tooLarge ? sendReduced(first, after: through) : .refused {
            case .sent:
                through = first.number
                rest = rest.dropFirst()
            case .refused: return .refused(number: first.number, reason: row + reason)
            case .failed(let result): return result
            }
        }
        return .published
    }

    private func send(_ records: [EncodedRecord]) throws(KafkaError) -> Delivery.Result {
        let result = try deliver(records)
        // Here nobody holds the session and its topics any more, which are freed before the client.
        if result.needsNewSession { discard(within: isStopping.isSet() ? 0.2 : 1) }
        return result
    }

    private func deliver(_ records: [EncodedRecord]) throws(KafkaError) -> Delivery.Result {
        let session = try currentSession()
        var topics: [TopicHandle] = []
        for topic in OutputTopic.allCases { topics.append(try session.topic(configuration.topics.name(of: topic))) }
        let delivery = Delivery(session, patience: patience, isStopping: isStopping.isSet)
        let name = { [configuration] index in configuration.topics.name(of: records[index].topic) }
        return delivery.run(count: records.count, topic: name) { (index: Int) throws(KafkaError) -> Void in
            let record = records[index]
            try session.produce(
                OutgoingRecord(key: record.key, value: record.value, headers: record.headers),
                to: topics[Int(record.topic.rawValue)], number: index)
        }
    }

    private func sendReduced(_ row: PublishableRow, after through: Int64) -> ReducedDeadLetter.Attempt {
        ReducedDeadLetter.send(row, log: configuration.log) { reduction in
            do throws(KafkaError) {
                let result = try send([reduction])
                guard let reason = result.reason else { return .sent }
                if result.refusal != nil { return .refused }
                return .failed(.failed(publishedThrough: through, reason: "row \(row.number): \(reason)"))
            } catch {
                return .failed(.failed(publishedThrough: through, reason: error.description))
            }
        }
    }

    /// Makes an `open` or a `publish` that waits return within a second, and every later one at once: what it has sent it waits
    /// for half a second. From any thread.
    package func interrupt() { isStopping.set() }

    package func close(deadline: Double) {
        let start = ContinuousClock.Instant.now
        mark?.close(within: deadline / 2)
        discard(within: deadline - start.duration(to: .now) / .seconds(1))
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
