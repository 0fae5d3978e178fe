import Foundation
import ServiceSupport
import Testing
import TradeContracts

/// `replay` as a process that is told to stop.
@Suite struct ReplaySignalTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// It ends at once, with 1, also while its input stands still; its output is complete up to a record.
    @Test(arguments: [SIGTERM, SIGINT])
    func signals(_ signal: Int32) async throws {
        let input = folder.file("in")
        try #require(mkfifo(input, 0o600) == 0)
        // Both ends, so that it never comes to its end.
        let descriptor = open(input, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let process = try ChildProcess(
            BuiltProgram.tradeManager, ["replay", "--from-file", input, "--to-file", folder.file("out")])
        let line =
            #"{"topic":"analysis.completed","partition":0,"offset":%,"ts":1795512600100,"key":"1","payload":"x"}"#
        let text = (0..<3_000).map { line.replacing("%", with: "\($0)") + "\n" }.joined()
        // More than a pipe holds: once it is written, records are being taken in.
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Thread {
                try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: Data(text.utf8))
                continuation.resume()
            }.start()
        }
        process.send(signal)
        #expect(process.waitForExit() == .code(1), "\(process.errors)")
        let notes = process.errors
        #expect(notes.contains("stopped by SIG"), "\(notes)")
        let records = try EnvelopeText.records(folder.file("out"))
        #expect(notes.contains("the output is that of the first \(records.count) records"), "\(notes)")
        #expect(records.map(\.offset) == Array(0..<Int64(records.count)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["in", "out"])
    }
}
