/// A record to be sent.
package struct OutgoingRecord: Hashable, Sendable {
    package var key: [UInt8]?
    /// Nil: a tombstone.
    package var value: [UInt8]?
    /// In the form of `HeaderBlock`.
    package var headers: [UInt8]

    package init(key: [UInt8]?, value: [UInt8]?, headers: [UInt8] = []) {
        self.key = key
        self.value = value
        self.headers = headers
    }
}
