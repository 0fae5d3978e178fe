/// A value beside a log message.
package enum LogValue: Hashable, Sendable, CustomStringConvertible {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)

    package var description: String {
        switch self {
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .number(let number): number.description
        case .boolean(let boolean): String(boolean)
        }
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// The names and values beside a log message, in the order in which they are given.
package struct LogMetadata: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A name with its value.
    package struct Entry: Hashable, Sendable {
        package var name: String
        package var value: LogValue
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, LogValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of a name. A name that is there keeps its place, a new one comes last.
    package subscript(name: String) -> LogValue? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// These entries, then those of `other`, which win where both have a name.
    package func merging(_ other: LogMetadata) -> LogMetadata {
        if entries.isEmpty { return other }
        var merged = self
        for entry in other.entries { merged[entry.name] = entry.value }
        return merged
    }
}
