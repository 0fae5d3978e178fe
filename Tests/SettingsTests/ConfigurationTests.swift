import Settings
import Testing

/// Which values come from where.
@Suite struct ConfigurationTests {
    @Test func defaultsAreThoseOfALaptop() throws {
        let configuration = try ConfigurationLoader.load(
            file: nil, environment: ["HOME": "/root", "TRADE_MANAGER": "x"])
        let expected: KeyValuePairs = [
            "kafka.bootstrap_servers": "embedded", "kafka.group_id": "trade-manager",
            "kafka.client_id": "trade-manager",
            "kafka.relay_id": "null", "kafka.start": "beginning", "kafka.properties": "{}",
            "kafka.consumer_properties": "{}", "kafka.producer_properties": "{}",
            "kafka.topics.analysis_completed": "analysis.completed",
            "kafka.topics.order_updates": "trade.order-updates",
            "kafka.topics.reference": "trade.reference", "kafka.topics.orders_created": "trade.orders.created",
            "kafka.topics.events_skipped": "trade.events.skipped",
            "kafka.topics.dead_letters": "analysis.completed.dlq",
            "store.kind": "sqlite", "store.path": "trade-manager.sqlite", "store.retention_days": "90",
            "locks.wait": "0.5", "locks.when_busy": "coalesce", "locks.queue_limit": "1000", "workers.count": "null",
            "workers.max_in_flight": "10000", "retry.attempts": "8", "retry.initial": "0.1", "retry.max": "60",
            "orders.valid_for": "900", "outputs.explanations": "true", "delivery": "exactly_once", "clock": "wall",
            "reference.file": "null", "http.host": "127.0.0.1", "http.port": "8080", "http.token": "null",
            "http.token_file": "null", "shutdown.deadline": "15", "log.level": "info", "log.format": "text",
        ]
        #expect(SettingTable.all.map(\.key) == expected.map(\.key))
        for (setting, (_, value)) in zip(SettingTable.all, expected) {
            #expect(setting.text(configuration) == value, "\(setting.key)")
            #expect(setting.source(configuration) == .builtIn, "\(setting.key)")
        }
    }

    @Test func laterLayersWin() throws {
        let text = "kafka:\n  group_id: file\n  client_id: file\n  relay_id: file\nlocks: {wait: 1}\n"
        let configuration = try load(
            text,
            environment: [
                "TRADE_MANAGER_KAFKA_CLIENT_ID": "environment", "TRADE_MANAGER_KAFKA_RELAY_ID": "environment",
            ],
            flags: [("kafka.relay_id", "flag")])
        let kafka = configuration.kafka
        #expect(kafka.groupID == "file" && kafka.$groupID.source == .file("dir/f.yaml", line: 2))
        #expect(
            kafka.clientID == "environment" && kafka.$clientID.source == .environment("TRADE_MANAGER_KAFKA_CLIENT_ID"))
        #expect(kafka.relayID == "flag" && kafka.$relayID.source == .flag("--kafka.relay_id"))
        #expect(configuration.locks.wait == 1 && configuration.locks.$wait.source == .file("dir/f.yaml", line: 5))
        #expect(configuration.$clock.source == .builtIn)
        #expect(
            "\(kafka.$groupID.source) \(kafka.$relayID.source) \(configuration.$clock.source)"
                == "dir/f.yaml:2 --kafka.relay_id default")
    }

    @Test func nullTakesAway() throws {
        let configuration = try load(
            "kafka: {topics: {reference: null}}\nhttp: {port: ~}\norders: {valid_for: null}\nlog:\n",
            environment: ["TRADE_MANAGER_WORKERS_COUNT": "4"], flags: [("workers.count", "null")])
        #expect(configuration.kafka.topics.reference == nil && configuration.http.port == nil)
        #expect(configuration.orders.validFor == nil && configuration.workers.count == nil)
        #expect(configuration.log.level == .info)
    }

    @Test func anEmptyFileIsTheDefaults() throws {
        for text in ["", "# a comment\n", "---\n", "{}", "kafka: {}\nhttp:\n"] {
            let configuration = try load(text)
            for setting in SettingTable.all { #expect(setting.source(configuration) == .builtIn, "\(setting.key)") }
        }
    }

    @Test func pathsAreRelativeToWhatNamesThem() throws {
        let text = "reference: {file: r.yaml}\nstore: {path: /abs/s.sqlite}"
        #expect(try load(text).reference.file?.path == "dir/r.yaml")
        #expect(try load(text).store.path.path == "/abs/s.sqlite")
        #expect(try load("").store.path.path == "dir/trade-manager.sqlite")
        #expect(try load("", flags: [("store.path", "s.sqlite")]).store.path.path == "s.sqlite")
        #expect(try load("", environment: ["TRADE_MANAGER_REFERENCE_FILE": "r"]).reference.file?.path == "r")
        let none = try ConfigurationLoader.load(file: nil, environment: [:])
        #expect(none.store.path.path == "trade-manager.sqlite")
        let here = try ConfigurationLoader.load(file: "f", environment: [:], read: files(["f": "reference: {file: r}"]))
        #expect(here.reference.file?.path == "r" && here.store.path.path == "trade-manager.sqlite")
    }

    @Test func secretsComeFromFilesAndAreNeverShown() throws {
        let more = ["dir/token": "s3cret\n", "/run/kafka": "pa ss\r\n"]
        let text =
            "http: {token_file: token}\nkafka: {properties: {sasl.password_file: /run/kafka, ssl.key.password: k3y}}"
        let configuration = try load(text, more: more)
        let token = try #require(configuration.http.token)
        #expect(token.revealed == "s3cret" && configuration.http.$token.source == .file("dir/f.yaml", line: 1))
        #expect(configuration.kafka.properties.values == ["sasl.password": "pa ss", "ssl.key.password": "k3y"])
        var dumped = ""
        dump(configuration, to: &dumped)
        dumped += "\(configuration) \(token) \(String(reflecting: configuration))"
        for setting in SettingTable.all { dumped += setting.text(configuration) }
        for secret in ["s3cret", "pa ss", "k3y"] { #expect(!dumped.contains(secret)) }
        let over = try load(text, environment: ["TRADE_MANAGER_HTTP_TOKEN": "other"], more: more)
        #expect(over.http.token?.revealed == "other")
    }

    @Test func propertiesAreMergedByName() throws {
        let configuration = try load(
            "kafka: {properties: {a: 1, b: 2, c: true}}",
            environment: ["TRADE_MANAGER_KAFKA_PROPERTIES": "{b: x, d: 'y'}"],
            flags: [("kafka.properties", "c=p=q, r"), ("kafka.properties", "e="), ("kafka.properties", "{f: 7}")])
        #expect(
            configuration.kafka.properties.values
                == ["a": "1", "b": "x", "c": "p=q, r", "d": "y", "e": "", "f": "7"])
        #expect(configuration.kafka.consumerProperties.values.isEmpty)
    }

    @Test func everyEnvironmentVariableAndFlagIsNamedOnce() {
        let names = SettingTable.all.map(\.environmentName)
        #expect(Set(names).count == names.count)
        #expect(names.contains("TRADE_MANAGER_KAFKA_BOOTSTRAP_SERVERS"))
        #expect(names.allSatisfy { !$0.hasPrefix(ConfigurationLoader.ignoredPrefix) })
        #expect(SettingTable.all.first?.flagName == "--kafka.bootstrap_servers")
        for setting in SettingTable.all {
            #expect(!setting.help.contains("|") && !setting.allowed.contains("|") && setting.help.hasSuffix("."))
        }
    }

    /// What a setting shows can be read again and is the same.
    @Test func everyDefaultCanBeWrittenDown() throws {
        for setting in SettingTable.all where !setting.isSecret {
            let text = setting.text(Configuration())
            let configuration = try load("", flags: [(setting.key, text)])
            #expect(setting.text(configuration) == text)
            #expect(setting.source(configuration) == .flag("--" + setting.key))
        }
    }
}
