import Foundation
import ServiceSupport
import Testing

extension Processes {
    /// What the program says to a configuration or a command line that is wrong, and to a store that it can't have.
    @Suite struct ConfigurationTests {
        /// A mistake in the configuration file, and what the answer has to hold: key, value, what is allowed.
        struct Mistake: Sendable, CustomTestStringConvertible {
            let yaml: String
            let says: [String]

            var testDescription: String { yaml }
        }

        static let mistakes = [
            Mistake(yaml: "locks: {waiting: 3}", says: ["locks.waiting", "unknown", "3", "wait"]),
            Mistake(yaml: "lokcs: {wait: 3}", says: ["lokcs", "unknown", "did you mean locks"]),
            Mistake(yaml: "locks: {wait: soon}", says: ["locks.wait", "soon", "seconds"]),
            Mistake(yaml: "locks: {wait: -1}", says: ["locks.wait", "-1", "0"]),
            Mistake(yaml: "locks: {when_busy: drop}", says: ["locks.when_busy", "drop", "coalesce, skip"]),
            Mistake(yaml: "workers: {count: 0}", says: ["workers.count", "0", "1"]),
            Mistake(yaml: "workers: 3", says: ["workers", "3", "map"]),
            Mistake(yaml: "store: {path: }", says: ["store.path", "null"]),
            Mistake(yaml: "store: {path: ''}", says: ["store.path"]),
            Mistake(
                yaml: "kafka: {bootstrap_servers: localhost}",
                says: ["kafka.bootstrap_servers", "localhost", "host:port"]),
            Mistake(yaml: "kafka: {topics: {orders_created: a b}}", says: ["kafka.topics.orders_created", "a b"]),
            Mistake(
                yaml: "kafka: {properties: {enable.auto.commit: true}}",
                says: ["enable.auto.commit", "refused"]),
            Mistake(
                yaml: "kafka: {consumer_properties: {isolation.level: read_uncommitted}}", says: ["isolation.level"]),
            Mistake(
                yaml: "kafka: {producer_properties: {transactional.id: x}}",
                says: ["transactional.id", "kafka.relay_id"]),
            Mistake(yaml: "kafka: {properties: {no.such.thing: 1}}", says: ["kafka.properties", "no.such.thing"]),
            Mistake(
                yaml: "kafka: {properties: {socket.timeout.ms: x}}",
                says: ["kafka.properties", "socket.timeout.ms", "x"]),
            Mistake(yaml: "retry: {initial: 10, max: 1}", says: ["retry.max", "retry.initial", "10"]),
            Mistake(yaml: "reference: {file: missing.yaml}", says: ["reference.file", "missing.yaml"]),
            Mistake(yaml: "log: {level: loud}", says: ["log.level", "loud", "info"]),
            Mistake(yaml: "locks: {wait: 1", says: ["trade-manager.yaml:"]),
        ]

        @Test("A mistake in the configuration ends with 78, naming key, value and what is allowed", arguments: mistakes)
        func mistake(_ mistake: Mistake) throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(mistake.yaml + "\n", to: "trade-manager.yaml")
            let process = try ChildProcess(BuiltProgram.tradeManager, ["run", "--config", file], folder: folder.path)
            #expect(process.waitForExit() == .code(78), "\(process.errors)")
            for text in mistake.says + [":1"] { #expect(process.errors.contains(text), "\(process.errors)") }
            expectPlain(process)
            #expect(FileManager.default.fileExists(atPath: folder.file("trade-manager.sqlite")) == false)
        }

        @Test("Mistakes in variables and flags are named by variable and flag")
        func otherSources() throws {
            let folder = try TemporaryFolder()
            let process = try ChildProcess(
                BuiltProgram.tradeManager, ["run", "--workers.count", "none"],
                environment: ["TRADE_MANAGER_LOCKS_WAIT": "x", "TRADE_MANAGER_LOCKS_WIAT": "1"], folder: folder.path)
            #expect(process.waitForExit() == .code(78))
            for text in ["TRADE_MANAGER_LOCKS_WAIT: ", "TRADE_MANAGER_LOCKS_WIAT: ", "--workers.count", "none"] {
                #expect(process.errors.contains(text), "\(process.errors)")
            }
            expectPlain(process)
        }

        @Test("A mistake in the reference file ends with 78, with file, line and path")
        func referenceFile() throws {
            let folder = try TemporaryFolder()
            try folder.write("accounts:\n  - {id: 1, balance: much, buying_power: 1}\n", to: "reference.yaml")
            let file = try folder.write("reference: {file: reference.yaml}\n", to: "trade-manager.yaml")
            let process = try ChildProcess(BuiltProgram.tradeManager, ["run", "--config", file], folder: folder.path)
            #expect(process.waitForExit() == .code(78))
            for text in ["reference.yaml", "accounts[0].balance", "line 2", "much"] {
                #expect(process.errors.contains(text), "\(process.errors)")
            }
            expectPlain(process)
        }

        @Test("A store that can't be used ends with 78, naming store.path")
        func unusableStore() throws {
            let folder = try TemporaryFolder()
            try folder.write(
                "no database, but a text that is longer than the header of one would be", to: "text.sqlite")
            for (path, says) in [
                ("/proc/no/store.sqlite", "/proc/no/store.sqlite"), (folder.path, folder.path),
                (folder.file("missing/store.sqlite"), "missing"), (folder.file("text.sqlite"), "not a database"),
            ] {
                let process = try ChildProcess(
                    BuiltProgram.tradeManager, ["run", "--store.path", path], folder: folder.path)
                #expect(process.waitForExit() == .code(78), "\(path): \(process.errors)")
                #expect(process.errors.contains("--store.path: "), "\(process.errors)")
                #expect(process.errors.contains(says), "\(process.errors)")
                expectPlain(process)
            }
        }

        @Test(
            "Bad usage ends with 64, and says where help is",
            arguments: [
                ["rnu"], ["run", "--no-such-flag", "1"], ["run", "now"], ["emit"], ["emit", "--generate", "x"],
                ["emit", "--generate", "1", "--file", "x"], ["broker", "--topics", "a"], ["run", "--config"],
            ])
        func usage(_ arguments: [String]) throws {
            let process = try ChildProcess(BuiltProgram.tradeManager, arguments)
            #expect(process.waitForExit() == .code(64), "\(process.errors)")
            #expect(process.errors.contains("--help"), "\(process.errors)")
            #expect(process.output.isEmpty)
            expectPlain(process)
        }

        private func expectPlain(_ process: ChildProcess) {
            for word in ["Fatal error", "Stack dump", "Thread 0", "Optional(", "Error Domain"] {
                #expect(!process.errors.contains(word), "\(process.errors)")
            }
            #expect(process.errors.split(separator: "\n").count <= 4, "\(process.errors)")
        }
    }
}
