import ServiceSupport

/// The command `audit` on a harness.
enum Audits {
    static func run(_ harness: ServiceHarness, _ words: String...) async throws -> CommandLine.Result {
        let file = try harness.folder.write(harness.configurationFile(), to: "audit.yaml")
        return await CommandLine.run(["audit", "--config", file] + words)
    }

    /// The counts of an audit by their names, without those of nothing.
    static func counts(_ result: CommandLine.Result) -> [String: Int] {
        var counts: [String: Int] = [:]
        for line in result.output.split(separator: "\n") {
            let parts = line.split(separator: ": ", maxSplits: 1)
            guard parts.count == 2, let count = Int(parts[1].prefix { $0.isNumber }) else { continue }
            if counts[String(parts[0])] == nil { counts[String(parts[0])] = count }
        }
        return counts.filter { $0.value > 0 }
    }
}
