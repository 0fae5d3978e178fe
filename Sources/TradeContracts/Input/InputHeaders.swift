import TradeCore

/// The headers that a decoder reads, found in one walk; of a name given twice the last counts. All others are only kept (R10).
struct InputHeaders {
    /// How a record carries CloudEvents attributes (R11).
    enum Mode {
        case plain
        case structured
        case binary
    }

    private(set) var mode = Mode.plain
    private(set) var id: UnsafeRawBufferPointer?
    private(set) var source: UnsafeRawBufferPointer?
    private(set) var time: UnsafeRawBufferPointer?
    private var traceparent: UnsafeRawBufferPointer?
    private var tracestate: UnsafeRawBufferPointer?

    init(_ headers: [RecordView.Header], allowReplayHeaders: Bool) throws(Undecodable) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        for header in headers {
            let name = header.name
            guard let first = name.first else { continue }
            switch first {
            case UInt8(ascii: "c"):
                if name.isEqual(to: "ce_id") {
                    id = header.value ?? none
                } else if name.isEqual(to: "ce_source") {
                    source = header.value
                } else if name.isEqual(to: "ce_time") {
                    time = header.value
                } else if name.isEqual(to: "ce_specversion") {
                    try InputHeaders.check(specversion: header.value ?? none)
                } else if name.isEqual(to: "content-type") {
                    let isStructured = header.value?
                        .begins(with: "application/cloudevents+json", ignoringCase: true)
                    mode = isStructured == true ? .structured : .plain
                }
            case UInt8(ascii: "t"):
                if name.isEqual(to: "traceparent") {
                    traceparent = header.value
                } else if name.isEqual(to: "tracestate") {
                    tracestate = header.value
                }
            case UInt8(ascii: "r"):
                if !allowReplayHeaders, name.begins(with: "replay.") {
                    throw Undecodable(
                        .foreignHeader,
                        "header \(InputHeaders.text(name)): a replayed record has no place on a live input")
                }
            default: break
            }
        }
        if let id, id.isBlank { throw Undecodable(.foreignHeader, "header ce_id is empty, a CloudEvent has an id") }
        if id != nil, mode == .plain { mode = .binary }
    }

    /// Bytes of trace headers, far above what the W3C asks for: longer ones are none, because every output carries them and
    /// must fit into a record whatever came in (G9).
    private static let longestTraceparent = 256
    private static let longestTracestate = 4_096

    /// The trace context with the bytes of the record; nil without a `traceparent`, which a `tracestate` alone says nothing without.
    var trace: TraceHeaders? {
        guard let traceparent, traceparent.count <= InputHeaders.longestTraceparent else { return nil }
        let state = tracestate.flatMap { $0.count <= InputHeaders.longestTracestate ? Array($0) : nil }
        return TraceHeaders(traceparent: Array(traceparent), tracestate: state)
    }

    private static func check(specversion: UnsafeRawBufferPointer) throws(Undecodable) {
        guard specversion.isEqual(to: "1.0") else {
            throw Undecodable(.foreignHeader, "header ce_specversion is \"\(text(specversion))\", allowed: 1.0")
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: TextLimit.cut(bytes, to: 64), as: UTF8.self)
    }
}
