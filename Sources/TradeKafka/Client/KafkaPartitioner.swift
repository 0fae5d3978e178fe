/// Where the service's producers put a key: `murmur2_random`, as Java producers have it (design §5).
package enum KafkaPartitioner {
    /// The partition of a key among `count`; nil for a record without a key, which goes to any.
    package static func partition(of key: [UInt8]?, count: Int32) -> Int32? {
        guard let key, count > 0 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { nothing in
            key.withUnsafeBytes { bytes in
                // An empty array has no address, and an empty key has a hash.
                Calls.murmur2Partition(
                    of: bytes.isEmpty ? UnsafeRawBufferPointer(start: nothing.baseAddress, count: 0) : bytes,
                    count: count)
            }
        }
    }
}
