/// A checksum of a record's key and value that stays the same in every process and version: the store keeps that of the last record
/// of each partition, to recognise it (G6). Not cryptographic: it guards against mix-ups, not against forgery.
package enum RecordChecksum {
    package static func checksum(of bytes: RecordBytes) -> UInt64 {
        checksum(key: bytes.key, value: bytes.value)
    }

    package static func checksum(key: [UInt8]?, value: [UInt8]?) -> UInt64 {
        combine(value, into: combine(key, into: 0x9E37_79B9_7F4A_7C15))
    }

    package static func checksum(of record: RecordView) -> UInt64 {
        checksum(keyBytes: record.key, valueBytes: record.value)
    }

    package static func checksum(keyBytes key: UnsafeRawBufferPointer?, valueBytes value: UnsafeRawBufferPointer?)
        -> UInt64
    {
        combine(value, into: combine(key, into: 0x9E37_79B9_7F4A_7C15))
    }

    private static func combine(_ bytes: [UInt8]?, into state: UInt64) -> UInt64 {
        guard let bytes else { return combine(nil as UnsafeRawBufferPointer?, into: state) }
        return bytes.withUnsafeBytes { combine($0, into: state) }
    }

    /// Eight bytes at a time, little-endian; the length goes in too, and nothing differs from empty.
    private static func combine(_ bytes: UnsafeRawBufferPointer?, into state: UInt64) -> UInt64 {
        guard let bytes else { return mix(state, .max) }
        var state = mix(state, UInt64(bytes.count))
        var index = 0
        while index + 8 <= bytes.count {
            state = mix(state, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += 8
        }
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count {
            rest |= UInt64(bytes[index]) << shift
            shift += 8
            index += 1
        }
        return mix(state, rest)
    }

    /// A bijection of the state for a given word, so that one changed word always changes the result.
    private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
        return mixed ^ mixed >> 32
    }
}
