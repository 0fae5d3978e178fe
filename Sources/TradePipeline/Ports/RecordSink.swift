/// How publishing a batch went.
package enum PublishResult: Hashable, Sendable {
    /// Every row is published.
    case published
    /// Rows up to this number are published. Of a sink that publishes exactly once none behind it is; of another one any may be.
    /// Publishing goes on from there, after a pause.
    case failed(publishedThrough: Int64, reason: String)
    /// Every row before the one with this number is published. That one is refused by itself, as too large or invalid, and would
    /// be again; it is not published, and none behind it is.
    case refused(number: Int64, reason: String)
    /// Whether the rows are published is not known, nor will it be before the sink is opened anew.
    case inDoubt(reason: String)
}

/// What the relay knows when it opens its sink.
package struct SinkOpening: Hashable, Sendable {
    /// The highest number that is known to be published: the store's mark, or what was acknowledged since.
    package var mark: Int64
    /// The highest number that was ever given out: a mark above it is of another store, or of a later state of this one.
    package var highest: Int64
    /// Whether the sink has to hold a mark: one was put there, and since then something may have been published.
    package var expectsMark: Bool

    package init(mark: Int64, highest: Int64, expectsMark: Bool) {
        self.mark = mark
        self.highest = highest
        self.expectsMark = expectsMark
    }
}

/// How opening a sink ended.
package enum SinkOpened: Hashable, Sendable {
    /// Nothing is in doubt: rows up to `mark` are published, and of a sink that publishes exactly once none behind it. It is the
    /// higher one of the sink's mark and the opening's, and the sink holds it from now on.
    case opened(mark: Int64)
    /// The sink can't be reached now; opening is tried again.
    case unavailable(reason: String)
    /// What the sink holds is not this store's, or not where it should be: nothing may be published. Says what to do.
    case refused(reason: String)
}

/// Where output records go: Kafka's topics, or a file. Every call is made by one thread, the relay's.
package protocol RecordSink: AnyObject {
    /// Settles what is in doubt and finds out how far publishing is. Called before the first `publish`, and again after every
    /// `inDoubt`. May block for seconds, and returns soon after `interrupt`.
    func open(_ opening: SinkOpening) -> SinkOpened

    /// Publishes rows in order and waits until that is certain; `publishedThrough` is the number before the first row. Without
    /// rows the sink's mark is written again, so that it is not forgotten.
    func publish(_ rows: [PublishableRow], publishedThrough: Int64) -> PublishResult

    /// Makes an `open` or a `publish` that waits return soon with what is certain. From any thread.
    func interrupt()

    /// Frees everything, within `deadline` seconds.
    func close(deadline: Double)
}

extension RecordSink {
    /// A sink that holds no mark: the opening's is all there is.
    package func open(_ opening: SinkOpening) -> SinkOpened { .opened(mark: opening.mark) }
}
