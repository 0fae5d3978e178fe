import Foundation
import Telemetry

@testable import Commands

/// Runs command lines of the program within the test's process, on a thread of their own: they block.
enum CommandLine {
    struct Result: Sendable {
        var code: Int32
        var output: String
        var notes: String

        /// What follows `word` and a blank in the notes, up to the end of its line.
        func note(after word: String) -> String? {
            notes.split(separator: "\n").compactMap { line in
                line.firstRange(of: word + " ").map { String(line[$0.upperBound...]) }
            }.last
        }

        /// The SHA-256 of the output.
        var digest: String? { note(after: "sha256") }
    }

    static func run(_ words: [String], environment: [String: String] = [:]) async -> Result {
        await withCheckedContinuation { continuation in
            Thread {
                continuation.resume(returning: runBlocking(words, environment))
            }.start()
        }
    }

    private static func runBlocking(_ words: [String], _ environment: [String: String]) -> Result {
        let output = Lock("")
        let notes = Lock("")
        let context = CommandContext(
            environment: environment, output: { text in output.withLock { $0 += text } },
            note: { text in notes.withLock { $0 += text + "\n" } })
        let code = Program.main(["trade-manager"] + words, context)
        return Result(code: code, output: output.withLock { $0 }, notes: notes.withLock { $0 })
    }
}
