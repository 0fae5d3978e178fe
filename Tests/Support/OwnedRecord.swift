package import TradeContracts

/// A record that owns its bytes: what a test compares.
package struct OwnedRecord: Hashable, Sendable {
    package var address: RecordAddress
    package var timestamp: Int64?
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var headers: [RecordHeader]

    package init(_ view: RecordView) {
        address = view.address
        timestamp = view.timestamp
        key = view.key.map { Array($0) }
        value = view.value.map { Array($0) }
        headers = view.headers.map { header in
            RecordHeader(String(decoding: header.name, as: UTF8.self), header.value.map { Array($0) })
        }
    }

    /// What it carries, wherever it stands.
    package var content: RecordContent { RecordContent(key: key, value: value, headers: headers) }
}

/// What a record carries.
package struct RecordContent: Hashable, Sendable {
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var headers: [RecordHeader]

    package init(key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = []) {
        self.key = key
        self.value = value
        self.headers = headers
    }

    package init(key: String?, value: String?, headers: [RecordHeader] = []) {
        self.init(key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) }, headers: headers)
    }

    /// Its headers in the form of `HeaderBlock`.
    package var headerBlock: [UInt8] {
        var block: [UInt8] = []
        for header in headers { HeaderBlock.append(name: Array(header.name.utf8), value: header.value, to: &block) }
        return block
    }

    /// Every kind of absence, emptiness and size that a record can have.
    package static let oddities: [RecordContent] = [
        RecordContent(key: "1", value: "plain"),
        RecordContent(key: "1", value: nil),
        RecordContent(key: nil, value: "no key"),
        RecordContent(key: String?.none, value: nil),
        RecordContent(key: "", value: ""),
        RecordContent(
            key: "2", value: "headers",
            headers: [
                RecordHeader("a", Array("x".utf8)), RecordHeader("a", Array("y".utf8)), RecordHeader("null", nil),
                RecordHeader("empty", []), RecordHeader("bytes", [0, 255, 0, 10]), RecordHeader("größe", [1]),
            ]),
        RecordContent(key: [0, 1, 255], value: [0, 0, 0, 0, 1, 255]),
        RecordContent(key: Array("3".utf8), value: Array(repeating: 0x78, count: 900_000)),
        RecordContent(key: Array("4".utf8), value: (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }),
    ]
}
