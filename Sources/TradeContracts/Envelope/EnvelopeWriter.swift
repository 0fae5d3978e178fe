import FoundationEssentials

/// Writes records as lines of a file, in the form that `kcat -J` prints (R17, R91). Keeps its buffer; one a thread.
package final class EnvelopeWriter {
    private let writer = ByteWriter(capacity: 4_096)

    package init() {}

    /// Appends a record's line with its newline. What is not UTF-8 goes into the `…_base64` fields.
    package func append(_ record: EnvelopeRecord, to file: inout [UInt8]) {
        writer.removeAll()
        writer.append("{\"topic\":" as StaticString)
        writer.append(quoted: record.topic)
        writer.append(",\"partition\":" as StaticString)
        writer.append(Int64(record.partition))
        writer.append(",\"offset\":" as StaticString)
        writer.append(record.offset)
        writer.append(",\"ts\":" as StaticString)
        writer.append(orNull: record.timestamp)
        appendHeaders(record.headers)
        append(record.key, key: ",\"key\":", base64: ",\"key_base64\":")
        append(record.value, key: ",\"payload\":", base64: ",\"payload_base64\":")
        writer.append("}\n" as StaticString)
        file.append(contentsOf: writer.bytes)
    }

    private func append(_ bytes: [UInt8]?, key: StaticString, base64: StaticString) {
        guard let bytes else {
            writer.append(key)
            writer.appendNull()
            return
        }
        bytes.withUnsafeBytes { bytes in
            if EnvelopeWriter.isUTF8(bytes) {
                writer.append(key)
                writer.append(quoted: bytes)
            } else {
                writer.append(base64)
                append(base64: bytes)
            }
        }
    }

    private func appendHeaders(_ block: [UInt8]) {
        guard !block.isEmpty else { return }
        var isText = true
        HeaderBlock.forEach(in: block) { name, value in
            isText = isText && EnvelopeWriter.isUTF8(name) && value.map(EnvelopeWriter.isUTF8) ?? true
        }
        writer.append(isText ? ",\"headers\":[" as StaticString : ",\"headers_base64\":[")
        var isFirst = true
        HeaderBlock.forEach(in: block) { name, value in
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            append(name, isText)
            writer.append(UInt8(ascii: ","))
            if let value { append(value, isText) } else { writer.appendNull() }
        }
        writer.append(UInt8(ascii: "]"))
    }

    private func append(_ bytes: UnsafeRawBufferPointer, _ isText: Bool) {
        if isText { writer.append(quoted: bytes) } else { append(base64: bytes) }
    }

    private func append(base64 bytes: UnsafeRawBufferPointer) {
        writer.append(quoted: Data(bytes).base64EncodedString())
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Runs of ASCII, which most records are, need no second look.
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}
