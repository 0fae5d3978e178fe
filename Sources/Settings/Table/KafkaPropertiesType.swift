extension SettingType where Value == KafkaProperties {
    /// Properties of librdkafka: a map; in an environment variable or a flag a YAML flow map or one `NAME=VALUE`.
    static var properties: SettingType {
        SettingType(
            allowed: "a map of librdkafka's properties",
            parse: { node, context throws(SettingMistake) in
                if node.isNull { return KafkaProperties() }
                guard case .map(let entries) = try flattened(node).content else { return nil }
                var properties = KafkaProperties()
                for entry in entries { try add(entry, to: &properties, context) }
                return properties
            }, text: \.description)
    }

    /// The map that an environment variable or a flag holds as text.
    private static func flattened(_ node: YAMLNode) throws(SettingMistake) -> YAMLNode {
        guard case .scalar(let text, _) = node.content, node.line == 0 else { return node }
        if !text.hasPrefix("{"), let equals = text.firstIndex(of: "=") {
            let value = YAMLNode(.scalar(String(text[text.index(after: equals)...]), isQuoted: true))
            return YAMLNode(.map([YAMLNode.Entry(key: String(text[..<equals]), line: 0, value: value)]))
        }
        do {
            return try YAMLParser.parse(Array(text.utf8), file: "")
        } catch {
            throw SettingMistake(message: error.problems.first?.message ?? "no map")
        }
    }

    private static func add(
        _ entry: YAMLNode.Entry, to properties: inout KafkaProperties, _ context: SettingContext
    ) throws(SettingMistake) {
        var name = entry.key
        if let instead = KafkaProperties.refused[name] {
            throw SettingMistake(message: "the property \(name) is refused: \(instead)")
        }
        let isName = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard !name.isEmpty, isName else { throw SettingMistake(message: "a property needs a name") }
        guard case .scalar(var value, _) = entry.value.content, !entry.value.isNull, !value.contains("\0") else {
            throw SettingMistake(message: "the property \(name) needs a text or number as its value")
        }
        if name.hasSuffix("_file"), KafkaProperties.isSecret(String(name.dropLast(5))) {
            name.removeLast(5)
            value = try SecretFile.read(ConfiguredPath(value, in: context.folder), context).revealed
        }
        guard properties.values.updateValue(value, forKey: name) == nil else {
            throw SettingMistake(message: "the property \(name) is given twice, also as \(name)_file")
        }
    }
}
