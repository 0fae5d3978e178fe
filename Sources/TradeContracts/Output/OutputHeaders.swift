import TradeCore

/// The headers of orders and skips (R89), in the form of `HeaderBlock`: all but the id and the time is made once a topic.
struct OutputHeaders {
    /// Bytes up to the id's value, from there to the time's value, and after it. Lengths of both values are fixed.
    private let beforeID: [UInt8]
    private let beforeTime: [UInt8]
    private let afterTime: [UInt8]

    private static let idLength = 36
    private static let timeLength = 24

    init(type: String) {
        func header(_ name: String, _ value: [UInt8]) -> [UInt8] {
            var block: [UInt8] = []
            HeaderBlock.append(name: name.utf8, value: value, to: &block)
            return block
        }
        func opening(_ name: String, length: Int) -> [UInt8] {
            Array(header(name, [UInt8](repeating: 0, count: length)).dropLast(length))
        }
        beforeID = header("ce_specversion", Array("1.0".utf8)) + opening("ce_id", length: OutputHeaders.idLength)
        beforeTime =
            header("ce_type", Array(type.utf8)) + header("ce_source", Array("trade-manager".utf8))
            + opening("ce_time", length: OutputHeaders.timeLength)
        afterTime = header("content-type", Array("application/json".utf8))
    }

    func write(id: UniqueID, time: Timestamp, trace: TraceHeaders?, to block: ByteWriter) {
        block.removeAll()
        block.append(beforeID)
        block.append(id)
        block.append(beforeTime)
        block.append(time)
        block.append(afterTime)
        guard let trace else { return }
        append("traceparent", trace.traceparent, to: block)
        if let tracestate = trace.tracestate { append("tracestate", tracestate, to: block) }
    }

    private func append(_ name: StaticString, _ value: [UInt8], to block: ByteWriter) {
        append(length: name.utf8CodeUnitCount, to: block)
        block.append(name)
        append(length: value.count, to: block)
        block.append(value)
    }

    private func append(length: Int, to block: ByteWriter) {
        withUnsafeBytes(of: Int32(clamping: length).littleEndian) { block.append($0) }
    }
}
