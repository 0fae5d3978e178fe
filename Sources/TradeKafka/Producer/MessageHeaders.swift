import CRdkafka

/// The library's headers, made from the bytes of a `HeaderBlock` without strings in between.
enum MessageHeaders {
    /// Nil for a block without headers. What follows a cut in the block is left out, as `HeaderBlock.headers` does.
    static func make(from block: [UInt8]) throws(KafkaError) -> OpaquePointer? {
        guard !block.isEmpty else { return nil }
        guard let headers = Calls.headersNew(8) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "making headers")
        }
        let code = block.withUnsafeBytes { bytes in
            var position = 0
            while let nameSize = length(bytes, &position), nameSize >= 0, nameSize <= bytes.count - position {
                let name = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + nameSize)])
                position += nameSize
                guard let valueSize = length(bytes, &position), max(0, valueSize) <= bytes.count - position else {
                    break
                }
                let value = valueSize < 0 ? nil : bytes.baseAddress.map { $0 + position }
                position += max(0, valueSize)
                let code = Calls.headerAdd(headers, name: name, value: value, size: max(0, valueSize))
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return code }
            }
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            Calls.headersDestroy(headers)
            throw KafkaError(code, context: "making headers")
        }
        return headers
    }

    private static func length(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        guard bytes.count - position >= 4 else { return nil }
        let value = bytes.loadUnaligned(fromByteOffset: position, as: Int32.self)
        position += 4
        return Int(Int32(littleEndian: value))
    }
}
