/// Headers of a record as one run of bytes: for each its name and value, both with a 32-bit little-endian length in front,
/// −1 for a value that is absent. This is how the store keeps headers and how they travel beside a value.
package enum HeaderBlock {
    /// Appends one header to a block.
    package static func append(name: some Collection<UInt8>, value: (some Collection<UInt8>)?, to block: inout [UInt8])
    {
        append(length: Int32(clamping: name.count), to: &block)
        block.append(contentsOf: name)
        guard let value else {
            append(length: -1, to: &block)
            return
        }
        append(length: Int32(clamping: value.count), to: &block)
        block.append(contentsOf: value)
    }

    /// The block of a record's headers, their bytes as they are.
    package static func block(of headers: [RecordView.Header]) -> [UInt8] {
        var block: [UInt8] = []
        guard !headers.isEmpty else { return block }
        block.reserveCapacity(headers.reduce(0) { $0 + 8 + $1.name.count + ($1.value?.count ?? 0) })
        for header in headers { append(name: header.name, value: header.value, to: &block) }
        return block
    }

    /// The headers of a block; what follows a cut is left out. A name that is not UTF-8 is repaired: `forEach` has its bytes.
    package static func headers(of block: [UInt8]) -> [RecordHeader] {
        var result: [RecordHeader] = []
        forEach(in: block) { name, value in
            result.append(RecordHeader(String(decoding: name, as: UTF8.self), value.map(Array.init)))
        }
        return result
    }

    /// Calls `body` with the bytes of each header of a block, in order; what follows a cut is left out.
    ///
    /// The bytes are valid only within the call.
    package static func forEach<Failure: Error>(
        in block: [UInt8],
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        let result = block.withUnsafeBytes { bytes -> Result<Void, Failure> in
            do throws(Failure) {
                try forEach(in: bytes, body)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Calls `body` with each header of a block in memory, as long-lived as that memory.
    package static func forEach<Failure: Error>(
        in bytes: UnsafeRawBufferPointer,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        var index = 0
        while let nameLength = length(in: bytes, at: &index), let name = slice(bytes, at: &index, nameLength) {
            guard let valueLength = length(in: bytes, at: &index) else { return }
            if valueLength < 0 {
                try body(name, nil)
            } else {
                guard let value = slice(bytes, at: &index, valueLength) else { return }
                try body(name, value)
            }
        }
    }

    private static func append(length: Int32, to block: inout [UInt8]) {
        withUnsafeBytes(of: length.littleEndian) { block.append(contentsOf: $0) }
    }

    private static func length(in bytes: UnsafeRawBufferPointer, at index: inout Int) -> Int? {
        guard bytes.count - index >= 4 else { return nil }
        let value = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: Int32.self))
        index += 4
        return Int(value)
    }

    private static func slice(_ bytes: UnsafeRawBufferPointer, at index: inout Int, _ length: Int)
        -> UnsafeRawBufferPointer?
    {
        guard length >= 0, bytes.count - index >= length else { return nil }
        defer { index += length }
        return UnsafeRawBufferPointer(rebasing: bytes[index..<index + length])
    }
}
