/// How publishing a batch went.
package enum PublishResult: Hashable, Sendable {
    /// Every row is acknowledged.
    case published
    /// Rows up to this number are acknowledged, none behind it is known to be; publishing goes on from there, after a pause.
    case failed(publishedThrough: Int64, reason: String)
}

/// Where output records go: Kafka's topics, or a file. Every call is made by one thread, the relay's.
package protocol RecordSink: AnyObject {
    /// Publishes rows in order and waits for their acknowledgement; `publishedThrough` is the number before the first row.
    func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult

    /// Makes a `publish` that waits return soon with what is acknowledged. From any thread.
    func interrupt()

    /// Frees everything, within `deadline` seconds.
    func close(deadline: Double)
}
