/// Reads one YAML document into a tree.
///
/// A subset: no anchors, aliases and tags (nothing can grow beyond its text), no second document, keys are scalars and occur
/// once, and size and depth have limits.
package struct YAMLParser {
    /// The longest text, in bytes. A reference file with 10,000 experts has 3 MB.
    package static let byteLimit = 32 << 20
    /// How deep lists and maps may nest.
    package static let depthLimit = 32

    private let events: YAMLEvents
    private let file: String

    private init(_ bytes: [UInt8], file: String) {
        events = YAMLEvents(bytes)
        self.file = file
    }

    /// Reads a document.
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - file: how messages name it.
    /// - Returns: its root; of an empty document a null.
    /// - Throws: the first problem, with its line.
    package static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> YAMLNode {
        guard bytes.count <= byteLimit else {
            throw ConfigurationError(file: file, line: 1, "has \(bytes.count) bytes, more than \(byteLimit)")
        }
        return try YAMLParser(bytes, file: file).document()
    }

    private func document() throws(ConfigurationError) -> YAMLNode {
        var root = YAMLNode(.scalar("", isQuoted: false), line: 1, column: 1)
        var documents = 0
        while true {
            let (event, place) = try next()
            switch event {
            case .streamStart, .documentEnd: continue
            case .documentStart:
                documents += 1
                guard documents == 1 else {
                    throw ConfigurationError(file: file, line: place.line, "a second document begins; only one is read")
                }
                let (event, place) = try next()
                root = try node(event, place, depth: 0)
            case .streamEnd: return root
            default: throw unexpected(place)
            }
        }
    }

    private func next() throws(ConfigurationError) -> (event: YAMLEvents.Event, place: YAMLEvents.Place) {
        do {
            return try events.next()
        } catch {
            throw ConfigurationError(file: file, line: error.place.line, "no YAML: \(error.message)")
        }
    }

    private func node(
        _ event: YAMLEvents.Event, _ place: YAMLEvents.Place, depth: Int
    ) throws(ConfigurationError) -> YAMLNode {
        guard depth <= Self.depthLimit else {
            throw ConfigurationError(file: file, line: place.line, "nested deeper than \(Self.depthLimit) levels")
        }
        let content: YAMLNode.Content
        let isDecorated: Bool
        switch event {
        case .scalar(let text, let isQuoted, let decorated):
            content = .scalar(text, isQuoted: isQuoted)
            isDecorated = decorated
        case .listStart(let decorated):
            content = .list(try decorated ? [] : list(depth: depth))
            isDecorated = decorated
        case .mapStart(let decorated):
            content = .map(try decorated ? [] : map(depth: depth))
            isDecorated = decorated
        case .alias:
            content = .list([])
            isDecorated = true
        default: throw unexpected(place)
        }
        guard !isDecorated else {
            throw ConfigurationError(
                file: file, line: place.line, "anchors (&), aliases (*) and tags (!) are not read; write the value out")
        }
        return YAMLNode(content, line: place.line, column: place.column)
    }

    private func list(depth: Int) throws(ConfigurationError) -> [YAMLNode] {
        var nodes: [YAMLNode] = []
        while true {
            let (event, place) = try next()
            if case .listEnd = event { return nodes }
            nodes.append(try node(event, place, depth: depth + 1))
        }
    }

    private func map(depth: Int) throws(ConfigurationError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var lines: [String: Int] = [:]
        while true {
            let (event, place) = try next()
            if case .mapEnd = event { return entries }
            let keyNode = try node(event, place, depth: depth + 1)
            guard case .scalar(let key, _) = keyNode.content else {
                throw ConfigurationError(file: file, line: place.line, "a list or map can't be a key")
            }
            if let line = lines.updateValue(place.line, forKey: key) {
                throw ConfigurationError(
                    file: file, line: place.line, key: key, "given twice; the first is in line \(line)")
            }
            let (valueEvent, valuePlace) = try next()
            let value = try node(valueEvent, valuePlace, depth: depth + 1)
            entries.append(YAMLNode.Entry(key: key, line: place.line, value: value))
        }
    }

    private func unexpected(_ place: YAMLEvents.Place) -> ConfigurationError {
        ConfigurationError(file: file, line: place.line, "no YAML: a value is expected here")
    }
}
