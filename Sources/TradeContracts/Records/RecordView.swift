/// A record as a source delivers it: pointers into memory of the source, valid only within the call that it is passed to.
package struct RecordView {
    package struct Header {
        package var name: UnsafeRawBufferPointer
        /// Nil: a header without a value.
        package var value: UnsafeRawBufferPointer?

        package init(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
            self.name = name
            self.value = value
        }
    }

    package var address: RecordAddress
    /// Milliseconds since 1970; nil where the record has none.
    package var timestamp: Int64?
    package var key: UnsafeRawBufferPointer?
    /// Nil: a tombstone.
    package var value: UnsafeRawBufferPointer?
    package var headers: [Header]

    package init(
        address: RecordAddress, timestamp: Int64?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [Header] = []
    ) {
        self.address = address
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A header that owns its bytes.
package struct RecordHeader: Hashable, Sendable {
    package var name: String
    package var value: [UInt8]?

    package init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// The original key, value and headers of a record, kept until its entry is durable: what a dead letter carries on.
package struct RecordBytes: Hashable, Sendable {
    package var key: [UInt8]?
    package var value: [UInt8]?
    /// In the form of `HeaderBlock`.
    package var headers: [UInt8]

    package init(key: [UInt8]?, value: [UInt8]?, headers: [UInt8]) {
        self.key = key
        self.value = value
        self.headers = headers
    }
}
