/// A request or an answer of Kafka's protocol, read from its beginning: where what stands.
///
/// Everything is bounded: a frame that is not as expected ends the reading.
struct WireFrame {
    private(set) var bytes: [UInt8]
    private(set) var position = 0
    /// It was shorter than it should be.
    private(set) var isBroken = false
    /// A code was put into it.
    private(set) var isReplaced = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Passes over so many bytes.
    mutating func skip(_ count: Int) {
        guard count >= 0, position + count <= bytes.count else {
            isBroken = true
            position = bytes.count
            return
        }
        position += count
    }

    mutating func integer(_ size: Int) -> Int {
        let start = position
        skip(size)
        guard !isBroken, start + size <= bytes.count else { return 0 }
        let value = bytes[start..<start + size].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        // Sign-extended.
        return Int((value << (64 - 8 * Int64(size))) >> (64 - 8 * Int64(size)))
    }

    private mutating func unsigned() -> Int {
        var value = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            let byte = integer(1) & 0xFF
            value |= (byte & 0x7F) << shift
            if byte & 0x80 == 0 { break }
        }
        return value
    }

    /// A length or a count of the compact form, which is one more; 0 for none.
    private mutating func compactLength() -> Int { max(0, unsigned() - 1) }

    /// How many elements an array has.
    mutating func count(isCompact: Bool) -> Int { isCompact ? compactLength() : max(0, integer(4)) }

    mutating func skipString(isCompact: Bool) {
        let length = isCompact ? compactLength() : max(0, integer(2))
        skip(length)
    }

    /// In the compact form every object ends with further fields, of which there are none here.
    mutating func skipTags(isCompact: Bool) {
        if isCompact, unsigned() != 0 { isBroken = true }
    }

    mutating func replace(_ code: Int16) {
        guard !isBroken, position + 2 <= bytes.count else { return }
        let value = UInt16(bitPattern: code)
        isReplaced = true
        bytes[position] = UInt8(value >> 8)
        bytes[position + 1] = UInt8(value & 0xFF)
        skip(2)
    }

    mutating func replace(at place: Int, with byte: UInt8) {
        if bytes.indices.contains(place) { bytes[place] = byte }
    }
}
