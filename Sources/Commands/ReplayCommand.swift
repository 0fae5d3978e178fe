import Settings
import Telemetry
import TradeContracts
import TradeCore
import TradeKafka
import TradePipeline
import TradeReplay

/// `replay`: the pipeline over past records, in a sandbox.
enum ReplayCommand: Command {
    static let definition = CommandDefinition(
        "replay", "Runs the pipeline over past records, in a sandbox, and writes what it would have published.",
        discussion: """
            The records come from a file (one JSON object a line, as kcat -J prints it) in file order, or from topics: by timestamp, \
            then reference data before order updates before events, then partition and offset. The reference topic, read with \
            others, is read from its beginning. No group is joined, nothing is committed, no store is opened, nothing is published.

            The clock is that of the events, every event has its own pass, and the same records with the same settings give the same \
            bytes, whatever --workers is. A summary and the SHA-256 of the output are printed on standard error.

            With --expect it prints what differs from an earlier output, event by event, and exits 1 if anything does. SIGTERM ends \
            it early: the output is complete up to a record, and the exit code is 1.
            """,
        options: [
            .config,
            Option("from-file", value: "FILE", isFile: true, "The records; - is standard input."),
            Option("topic", value: "T", isRepeatable: true, "A topic to read."),
        ] + RangeOptions.options + [
            Option(
                "reference", value: "FILE", isFile: true,
                "Accounts, experts and rulesets, YAML; takes the place of reference.file."),
            Option(
                "to-file", value: "FILE", isFile: true, "Where to write the output; - is standard output."),
            Option("dry-run", "Writes no output."),
            Option("expect", value: "FILE", isFile: true, "An earlier output to compare with."),
            Option(
                "workers", value: "N", "Threads that read and decode; by default as many as there are cores."),
        ],
        settings: Setting.all(under: "kafka.", "locks.", "retry.", "orders.", "outputs.", "reference.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let destination = try checked(arguments)
        let workers = try arguments.integer("workers", in: 1...1_024) ?? SystemTime.cores
        var arguments = arguments
        if let reference = arguments.value("reference") { arguments.settings.append(("reference.file", reference)) }
        let configuration = try arguments.configuration(environment: context.environment)
        let reference = try ReferenceFileReader.changes(configuration.reference.$file)
        for change in reference { for warning in change.warnings { context.note("reference data: \(warning)") } }
        let topics = configuration.topicNames
        let interruption = try Interruption()
        let source = try source(arguments, configuration, interruption)
        let comparison = try arguments.value("expect").map(comparison)
        let file = try OutputFile(destination)
        let replay = try Replay(configuration: configuration.pipeline, topics: topics, reference: reference) { record in
            try file.append(record)
            try comparison?.take(record)
        }
        let chunks = DecodedChunks(source, topics: topics, workers: workers)
        defer { chunks.close() }
        var progress = Progress("records", context)
        var records: Int64 = 0
        while let chunk = try next(of: chunks, interruption) {
            for record in chunk.records {
                try replay.take(record)
                records += 1
            }
            progress.show(records, chunk.progress)
        }
        progress.end()
        let digest = try file.finish()
        summarize(replay.counters, records: records, seconds: progress.seconds, context)
        context.note("output \(file.records) records, \(file.bytes) bytes, sha256 \(digest)")
        if let name = interruption.name {
            context.note("trade-manager: stopped by \(name): the output is that of the first \(records) records")
            return .failed
        }
        return try comparison.map { try report($0, context) } ?? .done
    }

    /// Nil at the end of the records, or where a signal came before it.
    private static func next(of chunks: DecodedChunks, _ interruption: Interruption) throws -> DecodedChunks.Chunk? {
        guard interruption.name == nil else { return nil }
        do {
            return try chunks.next()
        } catch {
            if interruption.name != nil { return nil }
            throw error
        }
    }

    private static func comparison(with path: String) throws -> OutcomeComparison {
        let file = try EnvelopeFile(path: path)
        return OutcomeComparison {
            do throws(ContractError) {
                return try file.next()
            } catch {
                throw ContractError("\(path): \(error)")
            }
        }
    }

    private static func report(_ comparison: OutcomeComparison, _ context: CommandContext) throws -> ExitCode {
        let differences = try comparison.finish()
        for difference in differences { context.output(difference.lines.joined(separator: "\n") + "\n") }
        guard !differences.isEmpty || comparison.isCut else {
            context.note("every event has the expected outcome")
            return .done
        }
        context.note("\(differences.count) events differ\(comparison.isCut ? ", and more than are listed" : "")")
        return .failed
    }

    /// Where the output goes; throws what does not fit together.
    private static func checked(_ arguments: ParsedArguments) throws(UsageError) -> OutputFile.Destination {
        func usage(_ message: String) -> UsageError { UsageError(message, command: definition.name) }
        guard arguments.has("from-file") != arguments.has("topic") else {
            throw usage("one of --from-file and --topic is needed, and not both")
        }
        if arguments.has("from-file"), RangeOptions.isGiven(arguments) {
            throw usage("a range is one of topics; of a file every record is replayed")
        }
        guard arguments.has("to-file") != arguments.has("dry-run") else {
            throw usage("one of --to-file and --dry-run is needed, and not both")
        }
        guard let path = arguments.value("to-file") else { return .nowhere }
        return path == "-" ? .standardOutput : .file(path)
    }

    private static func source(
        _ arguments: ParsedArguments, _ configuration: Configuration, _ interruption: Interruption
    ) throws -> ReplaySource {
        if let path = arguments.value("from-file") {
            return ReplaySource(try EnvelopeFile(path: path, isInterrupted: interruption.isRaised), path: path)
        }
        for topic in arguments.values("topic") where configuration.topicNames.inputTopic(named: topic) == nil {
            throw UsageError(
                "--topic \(topic): is no input topic of the configuration (kafka.topics names them)",
                command: definition.name)
        }
        let reader = try RangeSource.reader(arguments, configuration, interruption)
        return ReplaySource(
            next: { try reader.next() }, place: { "the topics" }, progress: { reader.progress })
    }

    private static func summarize(
        _ counters: PipelineCounters, records: Int64, seconds: Double, _ context: CommandContext
    ) {
        var first: [(name: String, count: Int64)] = [("records", records)]
        if counters.redelivered > 0 { first.append(("  taken in before", counters.redelivered)) }
        let updates = counters.updatesApplied + counters.updatesIgnored + counters.updatesReported
        if updates > 0 { first.append(("order updates", updates)) }
        if counters.referenceChanges > 0 { first.append(("reference changes", counters.referenceChanges)) }
        for line in RunSummary.table(counters, first: first, seconds: seconds).split(separator: "\n") {
            context.note(String(line))
        }
    }
}
