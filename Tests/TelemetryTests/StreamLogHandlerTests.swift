import Telemetry
import Testing

@Suite struct StreamLogHandlerTests {
    private final class Sink: Sendable {
        let bytes = Lock<[UInt8]>([])
        let calls = Lock(0)
    }

    /// A line of 42 bytes to something that takes at most `limit` at once; a negative number is an error.
    @Test(arguments: [(1000, 1), (41, 2), (1, 42), (0, 1), (-1, 1)])
    func partsAndRefusals(limit: Int, calls: Int) {
        let sink = Sink()
        let write: StreamLogHandler.Write = { part in
            sink.calls.withLock { $0 += 1 }
            let taken = Array(part.prefix(max(limit, 0)))
            sink.bytes.withLock { $0 += taken }
            return limit < 0 ? limit : taken.count
        }
        let handler = StreamLogHandler(format: .text, now: { 0 }, write: write)
        Logger(label: "l", handler: handler).info("message")
        let text = String(decoding: sink.bytes.withLock { $0 }, as: UTF8.self)
        #expect(text == (limit > 0 ? "1970-01-01T00:00:00.000Z INFO  l: message\n" : ""))
        #expect(sink.calls.withLock { $0 } == calls)
    }
}
