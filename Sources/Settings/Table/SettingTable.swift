/// Every setting there is: files, environment variables, flags, help and the table in the README come from it.
package enum SettingTable {
    /// In the order of the annotated configuration file.
    package static let all: [Setting] = kafka + topics + storage + work + service

    /// By key.
    static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    private static let kafka: [Setting] = [
        Setting(
            "kafka.bootstrap_servers", \.kafka.$bootstrapServers, .servers,
            "Where Kafka is; embedded starts a broker in the process."),
        Setting("kafka.group_id", \.kafka.$groupID, .text(upTo: 249), "The consumer group."),
        Setting("kafka.client_id", \.kafka.$clientID, .text(upTo: 249), "The name that the broker's logs show."),
        Setting(
            "kafka.relay_id", \.kafka.$relayID, .orNull(.text(upTo: 249)),
            "The relay's group and transactional id; null: derived from the orders topic."),
        Setting(
            "kafka.start", \.kafka.$start, .choice, "Where to begin a partition of which nothing was ever committed."),
        Setting(
            "kafka.properties", \.kafka.$properties, .properties,
            "librdkafka's properties for every client; secrets also as NAME_file."),
        Setting(
            "kafka.consumer_properties", \.kafka.$consumerProperties, .properties,
            "librdkafka's properties for consumers."),
        Setting(
            "kafka.producer_properties", \.kafka.$producerProperties, .properties,
            "librdkafka's properties for producers."),
    ]

    private static let topics: [Setting] = [
        Setting("kafka.topics.analysis_completed", \.kafka.topics.$analysisCompleted, .topic, "Input: events."),
        Setting("kafka.topics.order_updates", \.kafka.topics.$orderUpdates, .topic, "Input: what became of orders."),
        Setting(
            "kafka.topics.reference", \.kafka.topics.$reference, .orNull(.topic),
            "Input, compacted: accounts, experts, rulesets; null: from the file alone."),
        Setting("kafka.topics.orders_created", \.kafka.topics.$ordersCreated, .topic, "Output: orders."),
        Setting("kafka.topics.events_skipped", \.kafka.topics.$eventsSkipped, .topic, "Output: skips."),
        Setting(
            "kafka.topics.dead_letters", \.kafka.topics.$deadLetters, .topic, "Output: records that can't be decoded."),
    ]

    private static let storage: [Setting] = [
        Setting("store.kind", \.store.$kind, .choice, "What keeps the state."),
        Setting("store.path", \.store.$path, .path, "The store's file."),
        Setting(
            "store.retention_days", \.store.$retentionDays, .whole(1...36_500),
            "Days until what no rule can ask for any more may be pruned."),
    ]

    private static let work: [Setting] = [
        Setting("locks.wait", \.locks.$wait, .seconds(0...3600), "Seconds that an event waits for a busy key."),
        Setting(
            "locks.when_busy", \.locks.$whenBusy, .choice,
            "After that: drop it and let the holder run again, drop it, or keep it."),
        Setting(
            "locks.queue_limit", \.locks.$queueLimit, .whole(1...1_000_000), "How many events may wait for one key."),
        Setting(
            "workers.count", \.workers.$count, .orNull(.whole(1...1024)),
            "Threads that evaluate passes; null: the number of cores."),
        Setting(
            "workers.max_in_flight", \.workers.$maxInFlight, .whole(1...10_000_000),
            "How many events may wait for the store at once."),
        Setting(
            "retry.attempts", \.retry.$attempts, .whole(1...1000),
            "Failures of a pass in a row after which recommendations are evaluated one at a time."),
        Setting("retry.initial", \.retry.$initial, .seconds(0.001...3600), "Seconds before the first retry."),
        Setting("retry.max", \.retry.$max, .seconds(0.001...86_400), "The longest pause, not below retry.initial."),
        Setting(
            "orders.valid_for", \.orders.$validFor, .orNull(.whole(1...31_536_000)),
            "Seconds until entries and increases expire; null: never."),
        Setting(
            "outputs.explanations", \.outputs.$explanations, .boolean, "Whether outputs tell which rule decided."),
        Setting("delivery", \.$delivery, .choice, "How often an output record may be published."),
        Setting(
            "clock", \.$clock, .choice, "What tells the time of a pass: the computer, or the event (as in a replay)."),
    ]

    private static let service: [Setting] = [
        Setting("reference.file", \.reference.$file, .orNull(.path), "Accounts, experts and rulesets, YAML."),
        Setting("http.host", \.http.$host, .text(upTo: 253), "The address that HTTP listens on."),
        Setting("http.port", \.http.$port, .orNull(.whole(0...65_535)), "Its port; 0: any free one; null: no HTTP."),
        Setting(
            "http.token", \.http.$token, .orNull(.secret), isSecret: true,
            "What a request that changes something has to bring; null: nothing."),
        Setting(
            "http.token_file", \.http.$token, .orNull(.secretFile), target: "http.token", isSecret: true,
            "The file that holds http.token."),
        Setting(
            "shutdown.deadline", \.shutdown.$deadline, .seconds(0.1...600),
            "Seconds from SIGTERM until the process has ended."),
        Setting("log.level", \.log.$level, .choice, "The least level that is written to standard error."),
        Setting("log.format", \.log.$format, .choice, "For people, or for machines."),
    ]
}
