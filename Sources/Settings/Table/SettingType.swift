/// How the node of a setting becomes its value, and back.
struct SettingType<Value: Sendable>: Sendable {
    /// What a value must be, as a phrase: `a whole number from 1 to 10`.
    let allowed: String
    /// The value of a node; nil if it is not what is allowed.
    let parse: @Sendable (YAMLNode, SettingContext) throws(SettingMistake) -> Value?
    /// The value as one would write it.
    let text: @Sendable (Value) -> String

    /// A type whose values are written as one scalar.
    static func scalar(
        _ allowed: String, text: @escaping @Sendable (Value) -> String,
        _ parse: @escaping @Sendable (_ text: String, _ isQuoted: Bool) -> Value?
    ) -> SettingType {
        SettingType(
            allowed: allowed,
            parse: { node, _ throws(SettingMistake) in
                guard case .scalar(let text, let isQuoted) = node.content, !node.isNull else { return nil }
                return parse(text, isQuoted)
            }, text: text)
    }

    /// What another type allows, or null.
    static func orNull<Wrapped>(_ type: SettingType<Wrapped>) -> SettingType where Value == Wrapped? {
        SettingType(
            allowed: "\(type.allowed), or null",
            parse: { node, context throws(SettingMistake) in
                if node.isNull { return .some(nil) }
                guard let value = try type.parse(node, context) else { return nil }
                return .some(value)
            }, text: { $0.map(type.text) ?? "null" })
    }
}

/// What the value of a setting is read in.
struct SettingContext: Sendable {
    /// What relative paths are relative to; empty: the current folder.
    var folder: String
    var read: ConfigurationLoader.ReadFile
}

/// Why a value is refused, where more is to be said than what is allowed. Never holds a secret.
struct SettingMistake: Error {
    var message: String
}
