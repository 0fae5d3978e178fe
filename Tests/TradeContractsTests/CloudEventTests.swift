import Testing
import TradeContracts
import TradeCore

@Suite("CloudEvents and headers (R10, R11)")
struct CloudEventTests {
    private let plain = SampleObject.event.json
    private let bare = SampleObject.event.with("event_id", nil)

    private func structured(_ attributes: String, data: String? = SampleObject.event.json) -> SampleRecord {
        let data = data.map { ",\"data\":\($0)" } ?? ""
        return SampleRecord(
            "{\(attributes)\(data)}", headers: [("content-type", "application/cloudevents+json; charset=utf-8")])
    }

    @Test("A binary CloudEvent's id and source are the identity, its time serves where occurred_at is absent")
    func binary() throws {
        let headers: [(String, String?)] = [
            ("ce_specversion", "1.0"), ("ce_id", "id-9"), ("ce_source", "/experts"),
            ("ce_time", "2026-11-23T09:40:00Z"), ("content-type", "application/json"),
        ]
        let event = try #require(SampleRecord(plain, headers: headers).event)
        #expect(event.identity == EventIdentity(id: "id-9", source: "/experts"))
        #expect(event.occurredAt == RFC3339.parse("2026-11-23T09:30:00.123Z"))
        let other = try #require(SampleRecord(bare.with("occurred_at", nil).json, headers: headers).event)
        #expect(other.occurredAt == RFC3339.parse("2026-11-23T09:40:00Z"))
        #expect(SampleRecord(plain, headers: [("ce_id", "x")]).event?.identity == EventIdentity(id: "x"))
    }

    @Test("A CloudEvent's time is read only where it serves")
    func time() {
        let headers: [(String, String?)] = [("ce_id", "x"), ("ce_time", "noon")]
        #expect(SampleRecord(plain, headers: headers).event != nil)
        let cause = SampleRecord(SampleObject.event.with("occurred_at", nil).json, headers: headers).undecodable
        #expect(cause?.reason == .invalidValue)
        #expect(
            SampleRecord(SampleObject.event.with("occurred_at", nil).json, headers: [("ce_id", "x")]).undecodable
                == Undecodable(.missingField, "occurred_at is missing"))
    }

    @Test("A structured CloudEvent carries the event in data")
    func structured() throws {
        let attributes = #""specversion":"1.0","id":"s-1","source":"urn:a","type":"t","time":"2026-11-23T09:40:00Z""#
        let event = try #require(structured(attributes).event)
        #expect(event.identity == EventIdentity(id: "s-1", source: "urn:a"))
        let later = structured(attributes, data: bare.with("occurred_at", nil).json)
        #expect(later.event?.occurredAt == RFC3339.parse("2026-11-23T09:40:00Z"))
        #expect(structured(#""id":"s-2""#).event?.identity == EventIdentity(id: "s-2"))
        var both = structured(attributes)
        both.headers.append((Array("ce_id".utf8), Array("header".utf8)))
        #expect(both.event?.identity.id == "s-1")
        let nested = structured(attributes, data: bare.with(SampleObject.recommendation.with("id", nil)).json)
        #expect(nested.undecodable?.message == "data.recommendations[0].id is missing")
    }

    @Test("What is wrong in a structured CloudEvent names the attribute")
    func structuredProblems() {
        let table: [(attributes: String, data: String?, reason: DeadLetterReason, field: String)] = [
            (#""source":"a""#, plain, .missingField, "id"), (#""id":" ""#, plain, .invalidValue, "id"),
            (#""id":5"#, plain, .wrongType, "id"),
            (#""id":"a","specversion":"0.3""#, plain, .unsupportedVersion, "specversion"),
            (#""id":"a","source":1"#, plain, .wrongType, "source"), (#""id":"a""#, nil, .missingField, "data"),
            (#""id":"a""#, "null", .missingField, "data"), (#""id":"a""#, "[]", .wrongType, "data"),
            (#""id":"a""#, "\"e30=\"", .wrongType, "data"),
            (#""id":"a""#, SampleObject.event.with("use_case", "1").json, .wrongType, "data.use_case"),
            (#""id":"a","time":"x""#, bare.with("occurred_at", nil).json, .invalidValue, "time"),
        ]
        for row in table {
            let cause = structured(row.attributes, data: row.data).undecodable
            #expect(cause?.reason == row.reason, "\(row)")
            #expect(cause?.message.hasPrefix("\(row.field) is ") == true, "\(cause?.message ?? "")")
        }
    }

    static let foreignHeaders: [(name: String, value: String?, reason: DeadLetterReason)] = [
        ("ce_specversion", "0.3", .foreignHeader), ("ce_specversion", nil, .foreignHeader),
        ("ce_specversion", "", .foreignHeader), ("ce_id", "", .foreignHeader), ("ce_id", nil, .foreignHeader),
        ("ce_id", " ", .foreignHeader), ("replay.offset", "1", .foreignHeader), ("replay.", nil, .foreignHeader),
        ("ce_id", String(repeating: "x", count: 257), .invalidValue), ("ce_id", "a\u{0}", .invalidValue),
    ]

    @Test("Only three kinds of header make a dead letter", arguments: foreignHeaders)
    func foreign(name: String, value: String?, reason: DeadLetterReason) {
        #expect(SampleRecord(plain, headers: [(name, value)]).undecodable?.reason == reason)
    }

    @Test(
        "Other headers are ignored, whatever their name or bytes",
        arguments: [
            "ce_type", "CE_ID", "ce_", "c", "replay", "Replay.x", "dlq.reason", "", "traceparent ", "\u{0}",
        ])
    func ignored(name: String) {
        #expect(SampleRecord(plain, headers: [(name, nil), (name, "\u{0}")]).event?.identity.id == "0b7f")
    }

    @Test("An id in a header that is not UTF-8 is no identity")
    func notUTF8() {
        var record = SampleRecord(plain)
        record.headers = [(Array("ce_id".utf8), [0xFF])]
        #expect(record.undecodable?.reason == .invalidValue)
    }

    @Test("A replay takes its own headers in")
    func replay() {
        let record = SampleRecord(plain, headers: [("replay.offset", "1")])
        guard case .event = record.decoded(by: RecordDecoder(allowReplayHeaders: true)).body else {
            Issue.record("a replay.* header was refused in a replay")
            return
        }
    }

    @Test("The trace context is kept by its bytes, the last of a name counts")
    func trace() {
        var record = SampleRecord(plain, headers: [("traceparent", "old"), ("tracestate", "a=1")])
        record.headers.append((Array("traceparent".utf8), [0x30, 0xFF]))
        #expect(record.event?.trace == TraceHeaders(traceparent: [0x30, 0xFF], tracestate: Array("a=1".utf8)))
        #expect(SampleRecord(plain, headers: [("tracestate", "a=1")]).event?.trace == nil)
        let alone = SampleRecord(plain, headers: [("traceparent", "p")])
        #expect(alone.event?.trace == TraceHeaders(traceparent: [0x70], tracestate: nil))
    }
}
