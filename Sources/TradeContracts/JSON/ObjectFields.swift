import TradeCore

/// The fields of one object: where each stands in the tokens, and how its value is read, with an error that names it.
///
/// Of a key that is given twice the last counts (R4); null is the same as absent (R1); unknown keys are passed over.
struct ObjectFields<Field: FieldName> {
    let tokens: JSONTokens
    let path: FieldPath
    /// The index of each field's value, 0 where it is absent: index 0 is always the root.
    private var slots = InlineArray<16, Int>(repeating: 0)

    init(_ tokens: JSONTokens, object: Int, path: FieldPath) {
        self.tokens = tokens
        self.path = path
        let table = Field.table
        var expected = 0
        var index = object + 1
        while tokens.kind(index) == .key {
            if let slot = table.slot(of: tokens.bytes(index), expected: expected), slot < FieldTable.capacity {
                slots[slot] = index + 1
                expected = slot + 1
            }
            index = tokens.next(index)
        }
    }

    /// The index of a field's value; nil where it is absent or null.
    func value(_ field: Field) -> Int? {
        guard field.rawValue < FieldTable.capacity else { return nil }
        let index = slots[field.rawValue]
        return index == 0 || tokens.kind(index) == .null ? nil : index
    }

    /// The value of a field that must be there.
    func required<Value>(_ field: Field, _ value: Value?) throws(Undecodable) -> Value {
        guard let value else { throw Undecodable(.missingField, "\(path.name(of: field.name)) is missing") }
        return value
    }

    /// The bytes of a string.
    func string(_ field: Field) throws(Undecodable) -> UnsafeRawBufferPointer? {
        guard let index = value(field) else { return nil }
        guard tokens.kind(index) == .string else { throw wrongType(field, "a string") }
        return tokens.bytes(index)
    }

    /// A string that is not blank, holds no U+0000 and is at most `limit` bytes long: a symbol or an id (R12, R16, R92).
    func name(_ field: Field, limit: Int) throws(Undecodable) -> String? {
        guard let bytes = try string(field) else { return nil }
        guard !bytes.isBlank else { throw invalid(field, "a string that is not blank") }
        guard bytes.count <= limit else { throw invalid(field, "at most \(limit) bytes, it has \(bytes.count)") }
        guard !bytes.contains(0) else { throw invalid(field, "a string without U+0000") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A whole number within `range` (R4).
    func integer(_ field: Field, in range: ClosedRange<Int64> = .min ... .max) throws(Undecodable) -> Int64? {
        guard let index = value(field) else { return nil }
        guard tokens.kind(index) == .number else { throw wrongType(field, "a whole number") }
        guard let number = DecimalText.integer(tokens.bytes(index)), range.contains(number) else {
            throw invalid(field, "a whole number \(range.lowerBound)...\(range.upperBound)")
        }
        return number
    }

    /// A decimal that `isAllowed` (R65); `allowed` says so in words.
    func decimal(_ field: Field, allowed: StaticString, _ isAllowed: (Fixed9) -> Bool) throws(Undecodable) -> Fixed9? {
        guard let index = value(field) else { return nil }
        guard tokens.kind(index) == .number else { throw wrongType(field, "a number") }
        guard let number = DecimalText.fixed9(tokens.bytes(index)), isAllowed(number) else {
            throw invalid(field, "a number \(allowed)")
        }
        return number
    }

    /// An instant (R6).
    func instant(_ field: Field) throws(Undecodable) -> Timestamp? {
        guard let bytes = try string(field) else { return nil }
        guard let instant = RFC3339.parse(bytes) else {
            throw invalid(field, "a time of RFC 3339 with T and Z or an offset, like 2026-11-23T09:30:00.123Z")
        }
        return instant
    }

    /// One of the names of an enumeration, compared exactly (R7).
    func enumeration<Value>(_ field: Field, _ names: WireNames<Value>) throws(Undecodable) -> Value? {
        guard let bytes = try string(field) else { return nil }
        guard let value = names.value(of: bytes) else {
            throw Undecodable(.unknownValue, "\(described(field)), allowed: \(names.list)")
        }
        return value
    }

    /// The schema's version: absent or 1 (R8).
    func checkVersion(_ field: Field) throws(Undecodable) {
        guard let index = value(field) else { return }
        guard tokens.kind(index) == .number else { throw wrongType(field, "the number 1") }
        guard DecimalText.integer(tokens.bytes(index)) == 1 else {
            throw Undecodable(.unsupportedVersion, "\(described(field)), allowed: 1")
        }
    }

    func wrongType(_ field: Field, _ allowed: String) -> Undecodable {
        Undecodable(.wrongType, "\(described(field)), allowed: \(allowed)")
    }

    func invalid(_ field: Field, _ allowed: String) -> Undecodable {
        Undecodable(.invalidValue, "\(described(field)), allowed: \(allowed)")
    }

    private func described(_ field: Field) -> String {
        let value = value(field).map { tokens.described($0) } ?? "absent"
        return "\(path.name(of: field.name)) is \(value)"
    }
}

extension JSONTokens {
    /// A value for messages: strings quoted, long texts cut.
    func described(_ index: Int) -> String {
        switch kind(index) {
        case .string:
            let writer = ByteWriter()
            let bytes = bytes(index)
            let short = TextLimit.cut(bytes, to: 64)
            writer.append(quoted: short)
            return String(decoding: writer.bytes, as: UTF8.self) + (short.count < bytes.count ? "…" : "")
        case .number:
            let bytes = bytes(index)
            return String(decoding: bytes.prefix(64), as: UTF8.self) + (bytes.count > 64 ? "…" : "")
        case .yes: return "true"
        case .no: return "false"
        default: return kind(index).noun
        }
    }
}
