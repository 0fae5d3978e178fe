import Foundation

/// A real Kafka of one test's own, whose nodes it may stop and start: `KAFKA_SCRIPT` names a program that understands `start`, which
/// prints `KAFKA_BOOTSTRAP_SERVERS=…` and `KAFKA_DIR=…`, and with that folder `stop`, and with a node's number `kill-node`,
/// `start-node`, `pause-node` and `resume-node`.
package final class KafkaCluster {
    private let script: String
    private let folder: String
    package let servers: String

    /// Nil where the tests were given no such script.
    package static let script: String? = {
        if let script = ProcessInfo.processInfo.environment["KAFKA_SCRIPT"], !script.isEmpty { return script }
        print("No broker is stopped or paused by these tests: KAFKA_SCRIPT names no program that does so.")
        return nil
    }()

    /// Starts it: one node or three, with these properties of a broker.
    package init(script: String, nodes: Int = 1, settings: [String: String] = [:]) throws {
        self.script = script
        let folder = try TemporaryFolder()
        let file = folder.file("started")
        var arguments = [script, file, "--nodes", "\(nodes)"]
        for (key, value) in settings.sorted(by: { $0.key < $1.key }) { arguments += ["--set", "\(key)=\(value)"] }
        let command = "file=$1; shift; exec \"$0\" start \"$@\" >\"$file\" 2>/dev/null </dev/null"
        guard try KafkaCluster.run(command, arguments) else {
            throw ServiceFailure("\(script) start failed")
        }
        var values: [String: String] = [:]
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        guard let servers = values["KAFKA_BOOTSTRAP_SERVERS"], let started = values["KAFKA_DIR"] else {
            throw ServiceFailure("\(script) start says nothing of servers and a folder")
        }
        self.servers = servers
        self.folder = started
    }

    deinit {
        _ = try? KafkaCluster.run("exec \"$0\" stop \"$1\" >/dev/null 2>&1 </dev/null", [script, folder])
        try? FileManager.default.removeItem(atPath: folder)
    }

    package func tell(_ order: String, node: Int = 1) throws {
        let command = "exec \"$0\" \"$1\" \"$2\" \"$3\" >/dev/null 2>&1 </dev/null"
        guard try KafkaCluster.run(command, [script, order, folder, "\(node)"]) else {
            throw ServiceFailure("\(script) \(order) \(node) failed")
        }
    }

    // A node that is started lives on, and must not hold our pipes.
    private static func run(_ command: String, _ arguments: [String]) throws -> Bool {
        try ChildProcess("/bin/sh", ["-c", command] + arguments).waitForExit(seconds: 90) == .code(0)
    }
}
