import CYAML

/// What libyaml's parser reports, in order. Every call of libyaml stands in this file.
final class YAMLEvents {
    enum Event {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias
        case scalar(String, isQuoted: Bool, isDecorated: Bool)
        /// Decorated: with an anchor or a tag.
        case listStart(isDecorated: Bool)
        case listEnd
        case mapStart(isDecorated: Bool)
        case mapEnd
    }

    /// Where an event begins, or an error is; counted from 1.
    struct Place {
        var line: Int
        var column: Int

        init(_ mark: yaml_mark_t) {
            line = Int(clamping: mark.line) &+ 1
            column = Int(clamping: mark.column) &+ 1
        }
    }

    /// Why the text is not YAML.
    struct Failure: Error {
        var place: Place
        var message: String
    }

    // libyaml keeps the pointer to its input: it stands still in a copy.
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let isReady: Bool
    /// libyaml reports what is missing at the end as in the line after it.
    private let lastLine: Int

    init(_ bytes: [UInt8]) {
        lastLine = max(1, bytes.dropLast().count { $0 == UInt8(ascii: "\n") } + 1)
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(fromContentsOf: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        isReady = yaml_parser_initialize(parser) == 1
        if isReady {
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        }
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
        input.deallocate()
    }

    func next() throws(Failure) -> (event: Event, place: Place) {
        guard isReady else {
            throw Failure(place: Place(yaml_mark_t()), message: "out of memory")
        }
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            // Nothing is reported where nothing is left; it is skipped.
            if let converted = Self.converted(event) { return (converted, Place(event.start_mark)) }
            guard event.type != YAML_NO_EVENT else {
                throw Failure(place: Place(event.end_mark), message: "the document ends too early")
            }
        }
    }

    private static func converted(_ event: yaml_event_t) -> Event? {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                String(decoding: bytes, as: UTF8.self), isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE,
                isDecorated: scalar.anchor != nil || scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            let list = event.data.sequence_start
            return .listStart(isDecorated: list.anchor != nil || list.tag != nil)
        case YAML_SEQUENCE_END_EVENT: return .listEnd
        case YAML_MAPPING_START_EVENT:
            let map = event.data.mapping_start
            return .mapStart(isDecorated: map.anchor != nil || map.tag != nil)
        case YAML_MAPPING_END_EVENT: return .mapEnd
        default: return nil
        }
    }

    private func failure() -> Failure {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it can't be read"
        var place = Place(parser.pointee.problem_mark)
        place.line = min(place.line, lastLine)
        let context = parser.pointee.context.map { " (\(String(cString: $0)))" } ?? ""
        return Failure(place: place, message: problem + context)
    }
}
