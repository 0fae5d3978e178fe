// The types of settings that occur in `SettingTable`.

extension SettingType where Value == String {
    /// Text that a person reads: not blank, no control characters.
    static func text(upTo limit: Int) -> SettingType {
        .scalar("text of 1 to \(limit) characters", text: \.self) { text, _ in
            let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            let isBlank = text.allSatisfy(\.isWhitespace)
            return isClean && !isBlank && text.count <= limit ? text : nil
        }
    }

    /// The name of a topic, as Kafka allows it.
    static var topic: SettingType {
        .scalar("the name of a topic (1 to 249 of a-z A-Z 0-9 . _ -)", text: \.self) { text, _ in
            let isName = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            return isName && (1...249).contains(text.utf8.count) && text != "." && text != ".." ? text : nil
        }
    }
}

extension SettingType where Value == Int {
    static func whole(_ range: ClosedRange<Int>) -> SettingType {
        .scalar("a whole number from \(range.lowerBound) to \(range.upperBound)", text: \.description) {
            text, isQuoted in
            guard !isQuoted, SettingNumber.isWhole(text), let number = Int(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }
}

extension SettingType where Value == Double {
    /// A duration in seconds, such as `0.5`.
    static func seconds(_ range: ClosedRange<Double>) -> SettingType {
        let bounds = "\(SettingNumber.text(range.lowerBound)) to \(SettingNumber.text(range.upperBound))"
        return .scalar("a number of seconds from \(bounds)", text: SettingNumber.text) { text, isQuoted in
            guard !isQuoted, SettingNumber.isDecimal(text), let number = Double(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }
}

extension SettingType where Value == Bool {
    static var boolean: SettingType {
        .scalar("true or false", text: \.description) { text, isQuoted in
            isQuoted ? nil : Bool(text)
        }
    }
}

extension SettingType where Value: RawRepresentable<String> & CaseIterable {
    /// One of the values of an enumeration.
    static var choice: SettingType {
        let names = Value.allCases.map(\.rawValue)
        let allowed = names.count == 1 ? names.joined() : "one of " + names.joined(separator: ", ")
        return .scalar(allowed, text: \.rawValue) { text, _ in Value(rawValue: text) }
    }
}

extension SettingType where Value == BootstrapServers {
    static var servers: SettingType {
        .scalar("embedded, or host:port,…", text: \.description) { text, _ in BootstrapServers(text) }
    }
}

extension SettingType where Value == ConfiguredPath {
    static var path: SettingType {
        SettingType(
            allowed: "a path",
            parse: { node, context throws(SettingMistake) in
                guard case .scalar(let text, _) = node.content, !node.isNull, !text.isEmpty else { return nil }
                guard !text.contains("\0") else { return nil }
                return ConfiguredPath(text, in: context.folder)
            }, text: \.written)
    }
}

extension SettingType where Value == Secret {
    static var secret: SettingType {
        .scalar("text of at least 1 character", text: \.description) { text, _ in text.isEmpty ? nil : Secret(text) }
    }

    /// A secret that stands alone in a file.
    static var secretFile: SettingType {
        SettingType(
            allowed: "the path of a file that holds it",
            parse: { node, context throws(SettingMistake) in
                guard let path = try SettingType<ConfiguredPath>.path.parse(node, context) else { return nil }
                return try SecretFile.read(path, context)
            }, text: \.description)
    }
}

/// Numbers in the configuration: plain decimal notation, so that nothing reads differently here than in another tool.
enum SettingNumber {
    static func isWhole(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    static func isDecimal(_ text: String) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ isWhole(String($0)) }), let first = parts.first else { return false }
        return parts.count == 1 || (parts.last?.hasPrefix("-") == false && !first.isEmpty)
    }

    @Sendable static func text(_ number: Double) -> String {
        Int(exactly: number).map { String($0) } ?? number.description
    }
}
