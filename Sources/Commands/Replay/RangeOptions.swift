import TradeContracts
import TradeCore
import TradeKafka

/// The options of RANGE (design §7): `[--partition P,…] [--from-…] [--to-…] [--max N]`.
enum RangeOptions {
    static let options = [
        Option("partition", value: "P,…", "The partitions to read, of each topic; all by default."),
        Option("from-offset", value: "A", "Begin at this offset in each partition."),
        Option("from-time", value: "T", "Begin at the first record of this time (RFC 3339) or later."),
        Option("from-beginning", "Begin where the log begins; the default."),
        Option("to-offset", value: "B", "End before this offset in each partition."),
        Option("to-time", value: "T", "End before the first record of this time (RFC 3339) or later."),
        Option("to-end", "End where the log ends as of the start; the default."),
        Option("max", value: "N", "Read at most so many records."),
    ]

    static func isGiven(_ arguments: ParsedArguments) -> Bool { options.contains { arguments.has($0.name) } }

    static func range(_ arguments: ParsedArguments) throws(UsageError) -> RecordRange {
        var range = RecordRange()
        try refuseSeveral(["from-offset", "from-time", "from-beginning"], arguments)
        try refuseSeveral(["to-offset", "to-time", "to-end"], arguments)
        range.partitions = try partitions(arguments)
        if let offset = try arguments.integer("from-offset", in: 0...Int.max - 1) {
            range.start = .offset(Int64(offset))
        }
        if let time = try time("from-time", arguments) { range.start = .time(time) }
        if let offset = try arguments.integer("to-offset", in: 0...Int.max - 1) { range.end = .offset(Int64(offset)) }
        if let time = try time("to-time", arguments) { range.end = .time(time) }
        range.maximum = try arguments.integer("max", in: 0...Int.max).map { Int64($0) }
        return range
    }

    private static func refuseSeveral(_ names: [String], _ arguments: ParsedArguments) throws(UsageError) {
        let given = names.filter(arguments.has)
        guard given.count <= 1 else {
            throw UsageError("one of --\(given.joined(separator: " and --")) is enough", command: arguments.command)
        }
    }

    private static func partitions(_ arguments: ParsedArguments) throws(UsageError) -> [Int32]? {
        guard let text = arguments.value("partition") else { return nil }
        var numbers: Set<Int32> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int32(part), number >= 0 else {
                throw UsageError(
                    "--partition \(text): expected numbers of partitions, as in 0,3", command: arguments.command)
            }
            numbers.insert(number)
        }
        return numbers.sorted()
    }

    /// Milliseconds since 1970; what is finer is rounded up, so that no record before the time is read.
    private static func time(_ name: String, _ arguments: ParsedArguments) throws(UsageError) -> Int64? {
        guard let text = arguments.value(name) else { return nil }
        guard let time = RFC3339.parse(text) else {
            throw UsageError(
                "--\(name) \(text): expected a time as in 2026-11-23T09:30:00Z", command: arguments.command)
        }
        let (milliseconds, rest) = time.microseconds.quotientAndRemainder(dividingBy: 1_000)
        return rest > 0 ? milliseconds + 1 : milliseconds
    }
}
