import Telemetry
import TradePipeline

/// The output topics of a test: what sinks were handed, in order, with repetitions.
final class PublishedRows: Sendable {
    private let rows = Lock<[PublishableRow]>([])

    var all: [PublishableRow] { rows.withLock { $0 } }

    func append(_ more: [PublishableRow]) { rows.withLock { $0 += more } }
}

/// Publishes to `PublishedRows`, always with success.
final class MemorySink: RecordSink {
    private let published: PublishedRows

    init(_ published: PublishedRows) { self.published = published }

    func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult {
        published.append(rows)
        return .published
    }

    func interrupt() {}
    func close(deadline: Double) {}
}
