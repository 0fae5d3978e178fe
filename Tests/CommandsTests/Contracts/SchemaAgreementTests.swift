import ServiceSupport
import Testing
import TradeContracts
import TradeCore

extension Processes {
    /// The schemas take and refuse what the readers take and refuse: every field of every input with every value of a list.
    @Suite("The schemas are as strict as the readers (R1–R8, R11–R17, R49, R82, R87, R92)")
    struct SchemaAgreementTests {
        private static let values: [String?] =
            [nil] + plain + numbers + strings + times
        private static let plain = [
            "null", "true", "false", "[]", "{}", "[1]", "[null]", "[[]]", "[{}]", #"["a"]"#, #"["a",1]"#,
            #"["YQ==","YQ=="]"#, #"{"a":1}"#, #"{"AAPL":0}"#, #"{"AAPL":null}"#, #"{"AAPL":150.5}"#,
        ]
        private static let numbers = [
            "0", "-0", "1", "1.0", "10e-1", "1e3", "-1", "1.5", "2", "0.000000001", "-0.000000001", "100",
            "100.000000001", "-100", "3650", "3651", "1000000", "1000000.000000001", "-1000000",
            "-1000000.000000001", "1000000000", "1000000000.000000001", "2147483647", "2147483648",
            "9223372036.854775807", "9223372036.854775808", "-9223372036.854775807", "9223372036854775806",
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1e300",
            "-1e300",
        ]
        private static let strings =
            [
                "", " ", "\u{A0}\t", "\u{3000}", "a", "1", "a\u{0}", "\u{0}", " AAPL ", "1.0", "0.3", "%", "QQ",
                "QQ==", "enter_market", "open_positions", "ENTER_MARKET", "BUY", "buy", "ERROR", "HOLD", "MEDIUM",
                "medium",
                "LONG_TERM", "SHORT", "filled", "FILLED", "new", "canceled", "cancelled", "notional", "risk_atr",
                "atr", "unknown",
            ].map(JSONText.string)
            + [64, 65, 249, 250, 256, 257].map { JSONText.string(String(repeating: "A", count: $0)) }
        private static let times = [
            "2026-11-23T09:30:00Z", "2026-11-23T09:30:00.123456789Z", "2026-11-23T09:30:00.1234567890Z",
            "2026-11-23T10:30:00+01:00", "2026-11-23T10:30:00-23:59", "2026-11-23T10:30:00+24:00", "2026-11-23",
            "2026-11-23 09:30:00Z", "2026-11-23T09:30:00", "2026-11-23t09:30:00z", "2026-11-23T24:00:00Z",
            "2026-11-23T09:60:00Z", "2026-02-29T09:30:00Z", "2024-02-29T09:30:00Z", "1900-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-00T00:00:00Z",
            "2016-12-31T23:59:60Z", "2026-11-23T09:30:00.Z", "2026-11-23T09:30:00+0100", "26-11-23T09:30:00Z",
        ].map(JSONText.string)

        /// What the readers refuse and JSON Schema can't say.
        private static func isBeyondSchemas(_ kind: ContractKind, _ key: String, _ refusal: String?) -> Bool {
            switch (kind.name, key) {
            // The record's key must be that of the id; a schema sees the value alone (R87).
            case ("account", "id"), ("expert", "id"), ("ruleset", "id"): refusal?.contains("id is that of") ?? false
            // Two fields compared (R22).
            case ("recommendation", "created_at"): refusal?.contains("at most 24 hours after") ?? false
            // A flat list: names and values in turn, the names not null (R17).
            case ("envelope", "headers"), ("envelope in base64", "headers_base64"): refusal != nil
            default: false
            }
        }

        @Test(.enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
        func everyFieldWithEveryValue() throws {
            var cases: [(kind: ContractKind, key: String, json: String?, refusal: String?)] = []
            var documents: [SchemaValidator.Document] = []
            func add(_ kind: ContractKind, _ key: String?, _ json: String?) {
                let document = kind.place(ContractKind.object(kind.fields, with: key, json))
                documents.append(.init(schema: kind.schema, text: document))
                cases.append((kind, key ?? "-", json, kind.refusal(document)))
            }
            for kind in ContractKind.all {
                if kind.name != "weights" { add(kind, nil, nil) }
                for field in kind.fields.map(\.key) + ["unknown"] {
                    for value in Self.values { add(kind, field, value) }
                }
            }
            let problems = try SchemaValidator.problems(documents)
            var differences: [String] = []
            var refused = 0
            for (index, row) in cases.enumerated() {
                if row.refusal != nil { refused += 1 }
                guard (row.refusal == nil) != problems[index].isEmpty else { continue }
                if problems[index].isEmpty, Self.isBeyondSchemas(row.kind, row.key, row.refusal) { continue }
                differences.append(
                    "\(row.kind.name), \(row.key): \(row.json?.prefix(80) ?? "absent"): the reader \(row.refusal ?? "takes it"), "
                        + "the schema \(problems[index].first ?? "takes it")")
            }
            #expect(differences.isEmpty, "\(differences.count)\n\(differences.prefix(60).joined(separator: "\n"))")
            #expect(documents.count > 5_000 && refused > 2_000 && refused < documents.count * 4 / 5)
            for kind in ContractKind.all where kind.name != "weights" {
                #expect(kind.refusal(kind.place(ContractKind.object(kind.fields))) == nil, "\(kind.name)")
            }
        }

        /// Where the two differ: each is told in the schemas' descriptions.
        @Test(.enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
        func whatSchemasCannotSay() throws {
            let advice = ContractKind.object(ContractKind.recommendation)
            func event(_ recommendation: String, _ value: String) -> String {
                let recommendation = ContractKind.object(ContractKind.recommendation, with: recommendation, value)
                return ContractKind.object(ContractKind.event, with: "recommendations", "[\(recommendation)]")
            }
            let nested = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
            let rows: [(text: String, reader: Bool, schema: Bool, why: String)] = [
                (ContractKind.object(ContractKind.event), true, true, "nothing is wrong"),
                (event("symbol", "\"\(String(repeating: "é", count: 33))\""), false, true, "R92: bytes of UTF-8"),
                (
                    ContractKind.object(ContractKind.event, with: "recommendations", "[\(advice),\(advice)]"), false,
                    true,
                    "R13: the same id twice"
                ),
                (
                    event("created_at", #""2026-11-25T09:29:58Z""#), false, true,
                    "R22: more than 24 hours after its event"
                ),
                (ContractKind.object(ContractKind.event, with: "unknown", nested), false, true, "R5: nested too deep"),
                (
                    ContractKind.object(
                        ContractKind.event, with: "unknown", "\"\(String(repeating: "x", count: 1 << 20))\""), false,
                    true,
                    "R5: more than 1 MiB"
                ),
                (event("created_at", #""2026-11-23T09:29:60Z""#), false, true, "R6: no leap second at that time"),
                // Digits beyond the ninth are rounded before a limit is seen (R65); a schema sees the number as it is written.
                (event("confidence", "100.0000000001"), true, false, "R3, R65"),
                (event("price_at_date", "0.0000000006"), true, false, "R3, R65"),
            ]
            let problems = try SchemaValidator.problems(
                rows.map { .init(schema: "analysis-event.json", text: $0.text) })
            for (row, problems) in zip(rows, problems) {
                let refusal = ContractKind.all.first?.refusal(row.text)
                #expect((refusal == nil) == row.reader, "\(row.why): \(refusal ?? "taken")")
                #expect(problems.isEmpty == row.schema, "\(row.why): \(problems)")
            }
        }

        /// Headers: what refuses a record is refused, everything else is taken (R10, R11, R92).
        @Test(.enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
        func headers() throws {
            let names = [
                "ce_specversion", "ce_id", "ce_source", "ce_time", "traceparent", "tracestate", "replay.offset",
                "replay.",
                "replay", "dlq.reason", "dlq.redriven", "CE_ID", "other",
            ]
            let values = ["1.0", "0.3", "", " ", "id", "a\u{0}", "\u{3000}", String(repeating: "x", count: 257)]
            let body = ContractKind.object(ContractKind.event)
            var refusals: [String?] = []
            var documents: [SchemaValidator.Document] = []
            for name in names {
                for value in values {
                    documents.append(
                        .init(schema: "input-headers.json", text: JSONText.object([(name, JSONText.string(value))])))
                    refusals.append(ContractKind.refusal(.analysisCompleted, body, [(name, value)]))
                }
            }
            for (index, problems) in try SchemaValidator.problems(documents).enumerated() {
                // A CloudEvent's source counts only where it has an id.
                let source = documents[index].text.hasPrefix(#"{"ce_source""#)
                #expect(
                    problems.isEmpty == (refusals[index] == nil) || source,
                    "\(documents[index].text.prefix(80)): \(refusals[index] ?? "taken"), \(problems)")
            }
            #expect(refusals.count { $0 != nil } > 15)
        }

        /// The keys of reference records (R87).
        @Test(.enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
        func keys() throws {
            let ids = [
                "", "0", "1", "-1", "+1", "01", "-0", " 1", "1 ", "x", "1/2", "9223372036854775807", "x/y", " ",
                "\u{0}",
                "a\u{0}", String(repeating: "x", count: 256), String(repeating: "x", count: 257),
            ]
            for kind in ["account", "expert", "ruleset"] {
                let keys = ids.map { "\(kind)/\($0)" } + [kind, "other/1", "/1", "", "x\(kind)/1"]
                let problems = try SchemaValidator.problems(
                    keys.map { .init(schema: "common.json#/$defs/\(kind)Key", text: JSONText.string($0)) })
                for (key, problems) in zip(keys, problems) {
                    #expect((ReferenceKey(text: key) != nil) == problems.isEmpty, "\(key.prefix(40)): \(problems)")
                }
            }
        }
    }
}
