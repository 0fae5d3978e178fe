/// One setting: its key, what it may be, and how it is read into the configuration.
package struct Setting: Sendable {
    /// With dots: `kafka.group_id`.
    package let key: String
    /// What a value must be, as a phrase.
    package let allowed: String
    /// What it does, in one line.
    package let help: String
    /// The setting that it is another spelling of: `http.token` for `http.token_file`; otherwise its own key.
    package let target: String
    /// Whether several values in one place are merged, not refused.
    package let isMap: Bool
    /// Whether its value is never shown.
    package let isSecret: Bool
    /// The value in a configuration, as one would write it; never a secret.
    package let text: @Sendable (Configuration) -> String
    /// Where the value in a configuration came from.
    package let source: @Sendable (Configuration) -> ValueSource

    /// Reads a node into the configuration.
    let apply: @Sendable (inout Configuration, YAMLNode, ValueSource, SettingContext) throws(SettingMistake) -> Void

    /// The environment variable that overrides the file.
    package var environmentName: String {
        "TRADE_MANAGER_" + key.uppercased().replacing(".", with: "_")
    }

    /// The flag that overrides the environment: the key as it is written in the file, after two dashes.
    package var flagName: String { "--" + key }

    init<Value>(
        _ key: String, _ path: any WritableKeyPath<Configuration, Sourced<Value>> & Sendable,
        _ type: SettingType<Value>,
        target: String? = nil, isSecret: Bool = false, _ help: String
    ) {
        self.key = key
        self.help = help
        self.target = target ?? key
        self.isSecret = isSecret
        allowed = type.allowed
        isMap = Value.self == KafkaProperties.self
        text = { type.text($0[keyPath: path].wrappedValue) }
        source = { $0[keyPath: path].source }
        apply = { configuration, node, source, context throws(SettingMistake) in
            guard let value = try type.parse(node, context) else {
                let shown = isSecret ? "the value (not shown)" : node.summary
                throw SettingMistake(message: "\(shown) is not allowed; expected \(type.allowed)")
            }
            var merged = value
            if let before = configuration[keyPath: path].wrappedValue as? KafkaProperties,
                let new = value as? KafkaProperties,
                let both = KafkaProperties(before.values.merging(new.values) { $1 }) as? Value
            {
                merged = both
            }
            configuration[keyPath: path] = Sourced(merged, from: source)
        }
    }
}
