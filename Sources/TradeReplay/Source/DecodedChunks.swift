import Telemetry
package import TradeContracts
import TradePipeline

/// Reads records in chunks and decodes them on several threads; gives them out in the order in which they were read.
///
/// A thread reads a chunk while it alone may, then decodes it while others read theirs. At most two chunks a thread are kept, so
/// memory is bounded and a slow consumer holds the reading back.
package final class DecodedChunks {
    /// Records in order, and what ended the reading behind them.
    package struct Chunk {
        package var records: [DecodedRecord]
        /// How much of the source is read, from 0 to 1.
        package var progress: Double?
        fileprivate var failure: (any Error)?
    }

    private static let size = 256

    private let work: Work
    private let threads: [OwnedThread]
    private var failure: (any Error)?

    package init(_ source: ReplaySource, topics: TopicNames, workers: Int) {
        let work = Work(source, topics: topics, limit: 2 * max(1, workers), size: DecodedChunks.size)
        self.work = work
        threads = (0..<max(1, workers)).map { number in OwnedThread(name: "decoder \(number)") { work.run() } }
    }

    /// The next chunk; nil at the end. What was read before an error comes first, then the error.
    package func next() throws -> Chunk? {
        if let failure { throw failure }
        guard let chunk = work.take() else { return nil }
        failure = chunk.failure
        if let failure, chunk.records.isEmpty { throw failure }
        return chunk
    }

    /// Ends the threads, as soon as what is being read is read.
    package func close() {
        work.close()
        for thread in threads { _ = thread.join(until: nil) }
    }
}

/// What the threads share.
private final class Work: @unchecked Sendable {
    // Unchecked: the source is used by the one thread that `isReading` lets.
    private struct State {
        var isReading = false
        var isOver = false
        /// Numbers of the next chunk to read and of the next one to give out.
        var nextRead = 0
        var nextTaken = 0
        var ready: [Int: DecodedChunks.Chunk] = [:]
    }

    private let source: ReplaySource
    private let topics: TopicNames
    private let limit: Int
    private let size: Int
    private let state = Monitor(State())
    private let mayRead: Monitor<State>.Condition
    private let isReady: Monitor<State>.Condition

    init(_ source: ReplaySource, topics: TopicNames, limit: Int, size: Int) {
        self.source = source
        self.topics = topics
        self.limit = limit
        self.size = size
        mayRead = state.makeCondition()
        isReady = state.makeCondition()
    }

    func run() {
        let decoder = RecordDecoder(allowReplayHeaders: true)
        while let number = begin() {
            var (records, chunk) = read()
            end(isLast: records.count < size)
            chunk.records = records.map { topic, record in record.withView(as: topic) { decoder.decode($0) } }
            let decoded = chunk
            state.withLock { $0.ready[number] = decoded }
            isReady.signal()
        }
    }

    func take() -> DecodedChunks.Chunk? {
        defer { mayRead.signal() }
        return state.withLock { state in
            while true {
                if let chunk = state.ready.removeValue(forKey: state.nextTaken) {
                    state.nextTaken += 1
                    return chunk
                }
                if state.isOver, !state.isReading, state.nextTaken == state.nextRead { return nil }
                isReady.wait(&state)
            }
        }
    }

    func close() {
        state.withLock { $0.isOver = true }
        mayRead.broadcast()
    }

    /// The number of the chunk that this thread is to read; nil where there are no more.
    private func begin() -> Int? {
        state.withLock { state in
            while !state.isOver, state.isReading || state.nextRead - state.nextTaken >= limit { mayRead.wait(&state) }
            guard !state.isOver else { return nil }
            state.isReading = true
            defer { state.nextRead += 1 }
            return state.nextRead
        }
    }

    private func end(isLast: Bool) {
        state.withLock { state in
            state.isReading = false
            if isLast { state.isOver = true }
        }
        if isLast { mayRead.broadcast() } else { mayRead.signal() }
    }

    private func read() -> ([(InputTopic, EnvelopeRecord)], DecodedChunks.Chunk) {
        var records: [(InputTopic, EnvelopeRecord)] = []
        records.reserveCapacity(size)
        var failure: (any Error)?
        do {
            while records.count < size, let record = try source.next() {
                records.append((try topic(of: record), record))
            }
        } catch {
            failure = error
        }
        return (records, DecodedChunks.Chunk(records: [], progress: source.progress(), failure: failure))
    }

    private func topic(of record: EnvelopeRecord) throws(ReplayError) -> InputTopic {
        if let topic = topics.inputTopic(named: record.topic) { return topic }
        let names = InputTopic.allCases.map { topics.name(of: $0) }.filter { !$0.isEmpty }
        throw ReplayError(
            .record,
            "\(source.place()): \(record.topic) is no input topic of the configuration; expected one of "
                + "\(names.joined(separator: ", ")) (kafka.topics names them)")
    }
}
