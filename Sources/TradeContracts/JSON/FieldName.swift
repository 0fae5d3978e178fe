import TradeCore

/// The fields of one kind of object, in the order in which producers usually write them.
protocol FieldName: CaseIterable, RawRepresentable<Int>, Sendable {
    /// All of them; at most `FieldTable.capacity`.
    static var table: FieldTable { get }

    /// The key on the wire.
    var name: StaticString { get }
}

/// The keys of an object, found by their bytes.
struct FieldTable: Sendable {
    /// How many fields an object may have.
    static let capacity = 16

    private let names: [StaticString]

    init<Field: FieldName>(_ fields: Field.Type) { names = Field.allCases.map(\.name) }

    var count: Int { names.count }

    /// The number of a key's field; nil for a key that is not ours. `expected` is tried first.
    func slot(of key: UnsafeRawBufferPointer, expected: Int) -> Int? {
        if expected < names.count, key.isEqual(to: names[expected]) { return expected }
        return names.firstIndex { key.isEqual(to: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the bytes of a text.
    func isEqual(to text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && isEqual(to: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether these bytes begin with those of a text; ASCII letters are equal in either case if `ignoringCase`.
    func begins(with text: StaticString, ignoringCase: Bool = false) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        for (index, expected) in UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            .enumerated()
        {
            var byte = self[index]
            if ignoringCase, byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") { byte |= 0x20 }
            guard byte == expected else { return false }
        }
        return true
    }

    /// Whether these bytes are UTF-8 of white space only, or none.
    var isBlank: Bool {
        guard let first else { return true }
        if first > 0x20, first < 0x80 { return false }
        return String(decoding: self, as: UTF8.self).unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }
}
