import Foundation
import Settings
import Testing

/// What is refused, and how it is told.
@Suite struct ConfigurationErrorTests {
    private func problems(
        _ text: String, environment: [String: String] = [:], flags: [(key: String, value: String)] = [],
        more: [String: String] = [:]
    ) -> [String] {
        do {
            _ = try load(text, environment: environment, flags: flags, more: more)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func allProblemsAreToldAtOnce() {
        let told = problems(
            "kafka:\n  grup_id: x\n  start: middle\nlocks: 7\nhtpp: {port: 1}\nretry: {initial: 10, max: 5}\n",
            environment: [
                "TRADE_MANAGER_LOCK_WAIT": "1", "TRADE_MANAGER_CLOCK": "sun", "TRADE_MANAGER_TEST_KAFKA": "x",
            ],
            flags: [("log.level", "loud"), ("log.levle", "info")])
        #expect(
            told == [
                "dir/f.yaml:2: kafka.grup_id: unknown key (value: x); did you mean kafka.group_id? Allowed here: kafka.bootstrap_servers, kafka.group_id, kafka.client_id, kafka.relay_id, kafka.start, kafka.properties, kafka.consumer_properties, kafka.producer_properties, kafka.topics.",
                "dir/f.yaml:3: kafka.start: middle is not allowed; expected one of beginning, end",
                "dir/f.yaml:4: locks: 7 is not allowed; expected a map with some of wait, when_busy, queue_limit",
                "dir/f.yaml:5: htpp: unknown key (value: a map of 1); did you mean http? Allowed here: kafka, store, locks, workers, retry, orders, outputs, delivery, clock, reference, http, shutdown, log.",
                "TRADE_MANAGER_CLOCK: clock: sun is not allowed; expected one of wall, event",
                "TRADE_MANAGER_LOCK_WAIT: unknown variable (value: 1); did you mean TRADE_MANAGER_LOCKS_WAIT?",
                "--log.level: loud is not allowed; expected one of trace, debug, info, notice, warning, error, critical",
                "--log.levle: unknown flag (value: info); did you mean --log.level?",
                "dir/f.yaml:6: retry.max: 5 is below retry.initial (10)",
            ])
    }

    @Test(arguments: [
        ("locks: {wait: -0.1}", "locks.wait"), ("locks: {wait: 3600.1}", "locks.wait"),
        ("locks: {wait: nan}", "locks.wait"),
        ("locks: {wait: .inf}", "locks.wait"), ("locks: {wait: 1e2}", "locks.wait"),
        ("locks: {wait: '1'}", "locks.wait"),
        ("locks: {wait: 1.}", "locks.wait"), ("locks: {wait: .5}", "locks.wait"), ("locks: {wait: 1.-5}", "locks.wait"),
        ("locks: {wait: 0x10}", "locks.wait"), ("locks: {wait: null}", "locks.wait"),
        ("locks: {wait: [1]}", "locks.wait"),
        ("locks: {queue_limit: 0}", "locks.queue_limit"), ("locks: {queue_limit: 1.0}", "locks.queue_limit"),
        ("locks: {queue_limit: 99999999999999999999999}", "locks.queue_limit"),
        ("locks: {queue_limit: +5}", "locks.queue_limit"),
        ("locks: {queue_limit: 1_000}", "locks.queue_limit"), ("locks: {queue_limit: ٣}", "locks.queue_limit"),
        ("locks: {when_busy: COALESCE}", "locks.when_busy"), ("outputs: {explanations: yes}", "outputs.explanations"),
        ("outputs: {explanations: 'true'}", "outputs.explanations"), ("http: {port: 65536}", "http.port"),
        ("http: {port: -1}", "http.port"), ("http: {host: ' '}", "http.host"), ("http: {token: ''}", "http.token"),
        ("store: {path: ''}", "store.path"), ("store: {path: \"a\\0b\"}", "store.path"),
        ("store: {kind: postgres}", "store.kind"),
        ("delivery: at_most_once", "delivery"), ("delivery: {}", "delivery"),
        ("orders: {valid_for: 0}", "orders.valid_for"),
        ("kafka: {group_id: ''}", "kafka.group_id"), ("kafka: {group_id: \"a\\nb\"}", "kafka.group_id"),
        ("kafka: {topics: {order_updates: 'a b'}}", "kafka.topics.order_updates"),
        ("kafka: {topics: {order_updates: ..}}", "kafka.topics.order_updates"),
        ("kafka: {topics: {order_updates: analysis.completed}}", "kafka.topics.order_updates"),
        ("kafka: {topics: []}", "kafka.topics"), ("kafka: {topics.reference: x}", "kafka.topics.reference"),
        ("kafka: {properties: [a]}", "kafka.properties"), ("kafka: {properties: {a: {b: c}}}", "kafka.properties"),
        ("kafka: {properties: {a: }}", "kafka.properties"), ("kafka: {properties: {'': x}}", "kafka.properties"),
        ("kafka: {properties: {a b: x}}", "kafka.properties"),
        ("kafka: {properties: {a: \"\\0\"}}", "kafka.properties"),
        ("kafka: {properties: x}", "kafka.properties"), ("<<: {}", "<<"),
        ("store: {retention_days: 0}", "store.retention_days"),
    ])
    func values(text: String, key: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try load(text) }
        #expect(error.problems.count == 1 && error.problems.first?.key == key, "\(error)")
        #expect(error.problems.first?.source == .file("dir/f.yaml", line: 1), "\(error)")
    }

    @Test(arguments: [
        "", ":9092", "localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:9x", "localhost:9092,",
        ",a:1", "a:1,,b:2",
        "a b:1", "::1:9092", "[]:1", "ä:1", "PLAINTEXT://a:1", "a:+1", "null", "Embedded",
    ])
    func serversThatAreNone(text: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try load("", flags: [("kafka.bootstrap_servers", text)])
        }
        #expect(error.problems.first?.key == "kafka.bootstrap_servers")
    }

    @Test(arguments: ["a:1", "127.0.0.1:9092", "[::1]:9092", "a.b-c:1, d:65535", "h:09092"])
    func serversThatAreSome(text: String) throws {
        let servers = try load("", flags: [("kafka.bootstrap_servers", text)]).kafka.bootstrapServers
        #expect(servers.description == text.filter { $0 != " " })
    }

    @Test(arguments: [
        "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "isolation.level", "transactional.id",
        "enable.idempotence", "group.id", "group.instance.id", "bootstrap.servers",
    ])
    func propertiesThatGuaranteesHangOn(name: String) throws {
        for key in ["properties", "consumer_properties", "producer_properties"] {
            let told = problems("kafka:\n  \(key):\n    \(name): x\n")
            #expect(told.count == 1 && told.first?.contains("the property \(name) is refused") == true)
            #expect(problems("", flags: [("kafka.\(key)", "\(name)=x")]).count == 1)
            #expect(problems("", environment: ["TRADE_MANAGER_KAFKA_" + key.uppercased(): "{\(name): x}"]).count == 1)
        }
    }

    @Test func secretsThatCantBeRead() {
        let more = ["dir/empty": "\n", "dir/big": String(repeating: "x", count: 70_000)]
        #expect(
            problems("http: {token_file: none}") == [
                "dir/f.yaml:1: http.token_file: can't read dir/none: No such file or directory"
            ])
        #expect(
            problems("http: {token_file: empty}", more: more) == ["dir/f.yaml:1: http.token_file: dir/empty is empty"])
        #expect(problems("http: {token_file: big}", more: more).first?.contains("more than 65536 bytes") == true)
        #expect(problems("http: {token: a, token_file: empty}", more: more).first?.contains("only one of them") == true)
        #expect(
            problems("kafka: {properties: {sasl.password: a, sasl.password_file: empty}}", more: ["dir/empty": "b"])
                .count == 1)
        #expect(problems("", flags: [("http.port", "1"), ("http.port", "1")]) == ["--http.port: is given twice"])
    }

    @Test func noProblemShowsASecret() {
        let told = problems(
            "http: {token: [hush]}\nkafka: {sasl_password: hush, properties: {sasl.password: [hush]}}\n",
            environment: ["TRADE_MANAGER_HTTP_TOKENS": "hush", "TRADE_MANAGER_KAFKA_SASL_PASSWORD": "hush"],
            flags: [("http.token", "")])
        #expect(told.count == 6)
        #expect(!told.joined().contains("hush"))
    }

    @Test func aFileThatIsNoConfiguration() {
        #expect(
            problems("- 1").first?.hasPrefix(
                "dir/f.yaml:1: a list of 1 is not allowed; expected a map with some of kafka") == true)
        #expect(problems("a: [").first?.hasPrefix("dir/f.yaml:1: no YAML: ") == true)
        let missing = #expect(throws: ConfigurationError.self) {
            try ConfigurationLoader.load(file: "none", environment: [:], read: files([:]))
        }
        #expect(missing?.problems.first?.message == "can't be read: No such file or directory")
    }

    @Test func realFilesAreRead() throws {
        #expect(throws: FileFailure.self) { try FileReader.read("/nowhere/at/all", 10) }
        #expect(throws: FileFailure.self) { try FileReader.read("/", 10) }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("12345".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try FileReader.read(path, 5) == Array("12345".utf8))
        #expect(throws: FileFailure(reason: "has more than 4 bytes")) { try FileReader.read(path, 4) }
    }

    @Test(arguments: [
        ("wiat", "wait"), ("wait", "wait"), ("WAIT", nil), ("w", nil), ("", nil), ("when_bussy", "when_busy"),
        ("queue", nil),
    ])
    func nearest(name: String, meant: String?) {
        #expect(NearestName.of(name, among: ["wait", "when_busy", "queue_limit"]) == meant)
        #expect(NearestName.of(name, among: []) == nil)
    }
}
