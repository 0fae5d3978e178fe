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

    /// The headers of a block; what follows a cut is left out.
    package static func headers(of block: [UInt8]) -> [RecordHeader] {
        var result: [RecordHeader] = []
        var rest = block[...]
        while let nameLength = length(from: &rest), nameLength >= 0, rest.count >= nameLength {
            let name = String(decoding: rest.prefix(nameLength), as: UTF8.self)
            rest = rest.dropFirst(nameLength)
            guard let valueLength = length(from: &rest), rest.count >= valueLength else { break }
            result.append(RecordHeader(name, valueLength < 0 ? nil : Array(rest.prefix(valueLength))))
            rest = rest.dropFirst(max(0, valueLength))
        }
        return result
    }

    private static func append(length: Int32, to block: inout [UInt8]) {
        withUnsafeBytes(of: length.littleEndian) { block.append(contentsOf: $0) }
    }

    private static func length(from rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.count >= 4 else { return nil }
        var value: UInt32 = 0
        for byte in rest.prefix(4).reversed() { value = value << 8 | UInt32(byte) }
        rest = rest.dropFirst(4)
        return Int(Int32(bitPattern: value))
    }
}
