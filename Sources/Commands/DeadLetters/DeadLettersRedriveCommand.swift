import Settings
import Telemetry
import TradeContracts
import TradeKafka

/// `dead-letters redrive`: sends dead letters in again.
enum DeadLettersRedriveCommand: Command {
    static let definition = CommandDefinition(
        "dead-letters redrive", "Sends dead letters in again, to the topics that they come from; a plan by default.",
        discussion: """
            For when the cause is gone: a newer version reads what the older one did not, a store takes again what it refused. \
            Each is sent with its original key, value and headers and with the header dlq.redriven, which counts. Without --execute it \
            only says what it would send and what it would leave out, and why.

            Left out are those whose value was not kept (dlq.value_omitted) or is too large to be read (too_large), those of another topic than analysis events and order \
            updates (a reference record that is sent again might undo a later one), and those that were sent in again --limit-redriven \
            times: a record that still can't be read, like a tombstone, becomes a dead letter again, with its count, and ends there \
            instead of going round.

            How far it is stands in the committed offsets of the group <kafka.group_id>.redrive, with the reasons that were asked for; \
            they follow the acknowledgement of what was sent. So the command may be stopped and repeated: it goes on behind what it has \
            sent. A crash between the two leads to a repeat, and so does a range that begins at --from-…, which overrides what is \
            remembered: an event that was taken in the first time ends in a skip duplicate_event then, an order update changes \
            nothing twice.
            """,
        options: [.config] + RangeOptions.options + [
            DeadLetterRange.reason, Option("execute", "Sends them."),
            Option(
                "limit-redriven", value: "N", "Leaves out what was sent in again N times already; 1 by default."),
        ], settings: DeadLetterRange.settings)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        var range = try RangeOptions.range(arguments)
        let limit = try arguments.integer("limit-redriven", in: 1...1_000_000) ?? 1
        let configuration = try arguments.configuration(environment: context.environment)
        let servers = try configuration.reachableServers(for: definition.name)
        let kafka = configuration.kafkaConfiguration(servers: servers, logger: .none)
        let memory = try RedriveMemory(kafka)
        let goesOn = !["from-offset", "from-time", "from-beginning"].contains(where: arguments.has)
        if goesOn { range.start = .positions(memory.offsets) }
        let interruption = try Interruption()
        let reader = try DeadLetterRange.reader(kafka, range, interruption)
        let redrive = Redrive(
            rules: RedriveRules(topics: kafka.topics, reasons: DeadLetterRange.reasons(arguments), limit: limit),
            positions: memory.positions(in: reader.extents), start: range.start
        ) { line in
            var text = ReportText()
            text.add(0, line)
            context.output(text.text)
        }
        let executes = arguments.has("execute")
        let publisher = executes ? try KafkaPublisher(kafka) : nil
        func flush() throws {
            guard let publisher else { return }
            try redrive.flush(
                reader.extents, send: { try publisher.publish($0) }, remember: { try memory.remember($0) })
        }
        while let letter = try reader.next() {
            if redrive.take(letter) { try flush() }
        }
        try flush()
        sum(redrive, executes, context)
        guard let name = interruption.name else { return .done }
        context.note("trade-manager: stopped by \(name): call it again to go on")
        return .failed
    }

    private static func sum(_ redrive: Redrive, _ executes: Bool, _ context: CommandContext) {
        let counts = redrive.counts
        let numbers =
            "\(counts.sent), \(executes ? "left" : "would leave") out \(counts.left); of other reasons "
            + "\(counts.notSelected), sent before \(counts.doneBefore)"
        context.output(executes ? "sent \(numbers)\n" : "would send \(numbers); --execute sends\n")
        if !redrive.notRemembered.isEmpty {
            context.note(
                "not remembered, because the range begins behind what is worked off: partitions "
                    + redrive.notRemembered.sorted().map(String.init).joined(separator: ", "))
        }
    }
}
