import Testing
import TradeContracts
import TradeReplay

@Suite("Chunks come in order, whoever decodes them")
struct DecodedChunksTests {
    private struct Broken: Error, Equatable {}

    private static func record(_ offset: Int64, topic: String = TopicNames().analysisCompleted) -> EnvelopeRecord {
        EnvelopeRecord(topic: topic, partition: 0, offset: offset, timestamp: nil, key: nil, value: nil)
    }

    private func chunks(
        _ count: Int64, workers: Int, _ record: @escaping (Int64) throws -> EnvelopeRecord? = { Self.record($0) }
    ) -> DecodedChunks {
        var next: Int64 = 0
        let source = ReplaySource(
            next: {
                guard next < count else { return nil }
                defer { next += 1 }
                return try record(next)
            }, place: { "record \(next)" })
        return DecodedChunks(source, topics: TopicNames(), workers: workers)
    }

    @Test(arguments: [1, 2, 8], [0, 1, 255, 256, 257, 5_000] as [Int64])
    func order(workers: Int, count: Int64) throws {
        let chunks = chunks(count, workers: workers)
        defer { chunks.close() }
        var offsets: [Int64] = []
        while let chunk = try chunks.next() { offsets += chunk.records.map(\.address.offset) }
        #expect(offsets == Array(0..<count))
    }

    /// All that was read before an error comes first, then the error, again and again.
    @Test(arguments: [1, 8], [0, 255, 256, 1_000] as [Int64])
    func errors(workers: Int, good: Int64) throws {
        let chunks = chunks(.max, workers: workers) { offset in
            if offset == good { throw Broken() }
            return Self.record(offset)
        }
        defer { chunks.close() }
        var count: Int64 = 0
        #expect(throws: Broken()) {
            while let chunk = try chunks.next() { count += Int64(chunk.records.count) }
        }
        #expect(count == good)
    }

    @Test func otherTopicsAreAnError() throws {
        let chunks = chunks(1, workers: 1) { Self.record($0, topic: "other") }
        defer { chunks.close() }
        let error = #expect(throws: ReplayError.self) { try chunks.next() }
        #expect(error?.code == .record)
        #expect(error?.message.contains("other is no input topic") == true)
    }

    /// Nobody takes the rest: the threads end all the same.
    @Test(arguments: [1, 8])
    func closing(workers: Int) throws {
        let chunks = chunks(.max, workers: workers)
        _ = try chunks.next()
        chunks.close()
    }
}
