import Foundation
import ServiceSupport
import Testing
import TradeContracts

/// `replay` as a process that is told to stop.
@Suite struct ReplaySignalTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Whether its input goes on or stands still: it ends at once, with 1, and its output is complete up to a record.
    @Test(arguments: [SIGTERM, SIGINT])
    func signals(_ signal: Int32) async throws {
        let line =
            #"{"topic":"analysis.completed","partition":0,"offset":%,"ts":1795512600100,"key":"1","payload":"x"}"#
        // More than a pipe holds: once it is written, records are being taken in.
        let text = (0..<3_000).map { line.replacing("%", with: "\($0)") + "\n" }.joined()
        let process = Process()
        let input = Pipe()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("trade-manager")
        process.arguments = ["replay", "--from-file", "-", "--to-file", folder.file("out")]
        process.standardInput = input
        process.standardError = errors
        let (code, notes) = try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        try process.run()
                        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
                        kill(process.processIdentifier, signal)
                        let notes = try errors.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        return (process.terminationStatus, String(decoding: notes, as: UTF8.self))
                    })
            }.start()
        }
        #expect(code == 1, "\(notes)")
        #expect(notes.contains("stopped by SIG"), "\(notes)")
        let records = try EnvelopeText.records(folder.file("out"))
        #expect(notes.contains("the output is that of the first \(records.count) records"), "\(notes)")
        #expect(records.map(\.offset) == Array(0..<Int64(records.count)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }
}
