/// Names a Confluent wire format in messages, where a value looks like it (R9): a zero byte, then a schema's number in four bytes.
enum WireFormatHint {
    static func text(_ value: UnsafeRawBufferPointer) -> String {
        guard value.first == 0 else { return "" }
        guard value.count >= 5 else { return "; it begins with a zero byte, like a Confluent wire format" }
        let schema = UInt32(bigEndian: value.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        return "; it begins with a zero byte, like a Confluent wire format with schema id \(schema): plain JSON is read"
    }
}
