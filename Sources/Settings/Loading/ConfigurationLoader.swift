/// Builds the configuration: defaults, then the file, then environment variables, then flags, each over the one before.
package struct ConfigurationLoader {
    /// Reads a file of at most so many bytes.
    package typealias ReadFile = @Sendable (_ path: String, _ limit: Int) throws(FileFailure) -> [UInt8]

    /// Variables of the tests begin so and are nobody's setting.
    package static let ignoredPrefix = "TRADE_MANAGER_TEST_"

    private static let prefix = "TRADE_MANAGER_"

    private var configuration = Configuration()
    private var problems: [ConfigurationError.Problem] = []
    private let read: ReadFile

    /// Reads all layers.
    /// - Parameters:
    ///   - file: the path of a YAML file; nil: no file.
    ///   - environment: all variables of the process.
    ///   - flags: keys (`kafka.group_id`) with their values, in their order.
    ///   - read: reads files.
    /// - Returns: the configuration, each value with its source.
    /// - Throws: all problems at once.
    package static func load(
        file: String?, environment: [String: String], flags: [(key: String, value: String)] = [],
        read: @escaping ReadFile = FileReader.read
    ) throws(ConfigurationError) -> Configuration {
        var loader = ConfigurationLoader(read: read)
        if let file { loader.apply(file: file) }
        loader.apply(environment: environment)
        loader.apply(flags: flags)
        loader.checkTogether()
        guard loader.problems.isEmpty else { throw ConfigurationError(loader.problems) }
        return loader.configuration
    }

    private init(read: @escaping ReadFile) {
        self.read = read
    }

    // MARK: Layers

    private mutating func apply(file: String) {
        // A key that is left out means the same as its default written out: the default path is the file's neighbor too.
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        configuration.store.path.folder = folder
        let root: YAMLNode
        do {
            root = try YAMLParser.parse(try read(file, YAMLParser.byteLimit), file: file)
        } catch let error as ConfigurationError {
            problems += error.problems
            return
        } catch let error as FileFailure {
            problems.append(.init(source: .file(file, line: 0), message: "can't be read: \(error.reason)"))
            return
        } catch {
            problems.append(.init(source: .file(file, line: 0), message: "can't be read: \(error)"))
            return
        }
        var layer = Layer(context: SettingContext(folder: folder, read: read))
        apply(root, prefix: "", file: file, to: &layer)
    }

    private mutating func apply(_ node: YAMLNode, prefix: String, file: String, to layer: inout Layer) {
        if node.isNull { return }
        let siblings = Self.names(below: prefix)
        guard case .map(let entries) = node.content else {
            let expected = "expected a map with some of \(siblings.joined(separator: ", "))"
            let key = prefix.isEmpty ? nil : String(prefix.dropLast())
            problems.append(
                .init(
                    source: .file(file, line: node.line), key: key,
                    message: "\(node.summary) is not allowed; \(expected)"))
            return
        }
        for entry in entries {
            let key = prefix + entry.key
            let source = ValueSource.file(file, line: entry.line)
            // One spelling for each key: `kafka: {topics.reference: x}` is none.
            if !siblings.contains(entry.key) {
                let message = unknown(key, entry.value, "key", siblings.map { prefix + $0 }, nearestAmong: Self.keys) {
                    $0
                }
                problems.append(.init(source: source, key: key, message: message))
            } else if let setting = SettingTable.byKey[key] {
                apply(setting, entry.value, source, &layer)
            } else {
                apply(entry.value, prefix: key + ".", file: file, to: &layer)
            }
        }
    }

    private mutating func apply(environment: [String: String]) {
        var layer = Layer(context: SettingContext(folder: "", read: read))
        let names = Dictionary(uniqueKeysWithValues: SettingTable.all.map { ($0.environmentName, $0) })
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Self.prefix) && !name.hasPrefix(Self.ignoredPrefix) {
            let node = Self.node(of: value)
            if let setting = names[name] {
                apply(setting, node, .environment(name), &layer)
            } else {
                // The prefix that all share says nothing about what was meant.
                let short = String(name.dropFirst(Self.prefix.count))
                let candidates = names.keys.map { String($0.dropFirst(Self.prefix.count)) }
                let message = unknown(short, node, "variable", [], nearestAmong: candidates) { Self.prefix + $0 }
                problems.append(.init(source: .environment(name), message: message))
            }
        }
    }

    private mutating func apply(flags: [(key: String, value: String)]) {
        var layer = Layer(context: SettingContext(folder: "", read: read))
        for (key, value) in flags {
            let node = Self.node(of: value)
            if let setting = SettingTable.byKey[key] {
                apply(setting, node, .flag(setting.flagName), &layer)
            } else {
                let message = unknown(key, node, "flag", [], nearestAmong: Self.keys) { "--" + $0 }
                problems.append(.init(source: .flag("--" + key), message: message))
            }
        }
    }

    /// An empty variable or flag is an empty text, and not null: a variable that somebody forgot to fill turns nothing off.
    private static func node(of value: String) -> YAMLNode {
        YAMLNode(.scalar(value, isQuoted: value.isEmpty))
    }

    private mutating func apply(_ setting: Setting, _ node: YAMLNode, _ source: ValueSource, _ layer: inout Layer) {
        do throws(SettingMistake) {
            if !setting.isMap, let other = layer.seen.updateValue(setting.key, forKey: setting.target) {
                let message = other == setting.key ? "is given twice" : "\(other) is given too; only one of them may be"
                throw SettingMistake(message: message)
            }
            try setting.apply(&configuration, node, source, layer.context)
        } catch {
            problems.append(.init(source: source, key: setting.key, message: error.message))
        }
    }

    // MARK: Rules over several settings

    private mutating func checkTogether() {
        let retry = configuration.retry
        if retry.max < retry.initial {
            problems.append(
                .init(
                    source: retry.$max.source, key: "retry.max",
                    message:
                        "\(SettingNumber.text(retry.max)) is below retry.initial (\(SettingNumber.text(retry.initial)))"
                ))
        }
        var taken: [String: String] = [:]
        for setting in SettingTable.all where setting.key.hasPrefix("kafka.topics.") {
            let name = setting.text(configuration)
            guard setting.source(configuration) != .builtIn || name != "null" else { continue }
            if let other = taken.updateValue(setting.key, forKey: name), name != "null" {
                problems.append(
                    .init(
                        source: setting.source(configuration), key: setting.key,
                        message: "\(name) is the topic of \(other) already; each needs its own"))
            }
        }
    }

    // MARK: Words

    private static let keys = SettingTable.all.map(\.key)

    /// The names that may stand in the section with this prefix, in the table's order.
    private static func names(below prefix: String) -> [String] {
        var names: [String] = []
        for key in keys where key.hasPrefix(prefix) {
            let name = String(key.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func unknown(
        _ name: String, _ value: YAMLNode, _ kind: String, _ allowed: [String], nearestAmong candidates: [String],
        spelled: (String) -> String
    ) -> String {
        let isSecret = KafkaProperties.isSecret(name.lowercased())
        var message = "unknown \(kind) (value: \(isSecret ? "not shown" : value.summary))"
        if let nearest = NearestName.of(name, among: allowed) ?? NearestName.of(name, among: candidates) {
            message += "; did you mean \(spelled(nearest))?"
        }
        if !allowed.isEmpty { message += " Allowed here: \(allowed.joined(separator: ", "))." }
        return message
    }
}

/// What one file, the environment or the flags have set so far.
private struct Layer {
    let context: SettingContext
    /// By target, the key that set it.
    var seen: [String: String] = [:]
}
