import Settings
import Telemetry
import TradeContracts
import TradeKafka
import TradeReplay

/// `capture`: copies a range of records to a file.
enum CaptureCommand: Command {
    static let definition = CommandDefinition(
        "capture", "Copies a range of records of topics to a file.",
        discussion: """
            The file has one JSON object a line, as kcat -J prints it, in the order in which replay reads topics: by timestamp, then \
            reference data before order updates before events, then partition and offset. The reference topic, captured with others, \
            is read from its beginning. No group is joined and nothing is committed.

            The file is put in its place at the end. SIGTERM ends it early: the file holds what was read, and the exit code is 1.
            """,
        options: [
            .config, Option("topic", value: "T", isRequired: true, isRepeatable: true, "A topic to read."),
        ] + RangeOptions.options + [
            Option(
                "to-file", value: "FILE", isRequired: true, isFile: true, "Where to write; - is standard output.")
        ], settings: Setting.all(under: "kafka.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        let path = arguments.value("to-file") ?? "-"
        let interruption = try Interruption()
        let reader = try RangeSource.reader(arguments, configuration, interruption)
        let file = try OutputFile(path == "-" ? .standardOutput : .file(path))
        var progress = Progress("records", context)
        while let record = try reader.next() {
            try file.append(record)
            if file.records % 1_000 == 0 { progress.show(file.records, reader.progress) }
        }
        progress.end()
        let digest = try file.finish()
        context.note("captured \(file.records) records, \(file.bytes) bytes, sha256 \(digest)")
        guard let name = interruption.name else { return .done }
        context.note("trade-manager: stopped by \(name): \(path) holds what was read until then")
        return .failed
    }
}
