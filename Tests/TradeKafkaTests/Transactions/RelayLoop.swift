import Testing
import TradePipeline

/// Drives a sink as the relay does: opens it at first and after every doubt, publishes on from what is known to be published, and
/// sets aside what is refused.
struct RelayLoop {
    let sink: any RecordSink
    var batch = 20
    /// The store's mark: what the relay knows to be published.
    private(set) var mark: Int64 = 0
    private(set) var isOpen = false
    /// Doubts, failures and refusals, for messages.
    private(set) var troubles: [String] = []
    private(set) var refused: Set<Int> = []

    init(_ sink: any RecordSink, batch: Int = 20, mark: Int64 = 0) {
        self.sink = sink
        self.batch = batch
        self.mark = mark
    }

    /// One step towards `count`: an opening or a batch. `rows` makes the rows of these numbers.
    mutating func step(_ count: Int, rows: (Range<Int>) -> [PublishableRow] = { RelayBench.rows($0) }) {
        guard isOpen else {
            switch sink.open(SinkOpening(mark: mark, highest: Int64(count), expectsMark: mark > 0)) {
            case .opened(let found):
                #expect(found >= mark)
                mark = found
                isOpen = true
            case .unavailable(let reason): troubles.append("unavailable: \(reason)")
            case .refused(let reason): Issue.record("opening: \(reason)")
            }
            return
        }
        let numbers = (Int(mark) + 1)..<min(count + 1, Int(mark) + 1 + batch)
        switch sink.publish(rows(numbers), publishedThrough: mark) {
        case .published: mark = Int64(numbers.upperBound - 1)
        case .failed(let through, let reason):
            #expect(through >= mark && through < numbers.upperBound, "\(reason)")
            mark = through
            troubles.append("failed: \(reason)")
        case .refused(let number, let reason):
            #expect(numbers.contains(Int(number)), "\(reason)")
            refused.insert(Int(number))
            mark = number
            troubles.append("refused: \(reason)")
        case .inDoubt(let reason):
            isOpen = false
            troubles.append("in doubt: \(reason)")
        }
    }

    /// Until everything up to `count` is published.
    mutating func run(
        to count: Int, steps: Int = 200, rows: (Range<Int>) -> [PublishableRow] = { RelayBench.rows($0) }
    ) {
        for _ in 0..<steps where mark < count || !isOpen { step(count, rows: rows) }
        #expect(mark == count, "\(troubles)")
    }
}
