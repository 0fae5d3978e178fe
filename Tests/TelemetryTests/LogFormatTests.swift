import Foundation
import Support
import Telemetry
import Testing

@Suite struct LogFormatTests {
    private func line(_ format: LogFormat, _ message: String, _ metadata: LogMetadata = [:]) -> String {
        let event = LogEvent(level: .warning, label: "locks", message: message, metadata: metadata)
        return String(decoding: format.line(of: event, at: 1_795_426_200_123_456), as: UTF8.self)
    }

    @Test func text() {
        #expect(
            line(
                .text, "SAFETY CHECK: Skipping",
                ["expert": 1, "use_case": "enter_market", "note": "two words", "no": ""])
                == "2026-11-23T09:30:00.123Z WARN  locks: SAFETY CHECK: Skipping expert=1 use_case=enter_market note=\"two words\" no=\"\"\n"
        )
    }

    @Test func json() {
        #expect(
            line(.json, "a \"b\" \\ c", ["n": 1, "x": 0.5, "b": false, "i": .number(.infinity), "t": "ü"])
                == #"{"time":"2026-11-23T09:30:00.123Z","level":"warning","label":"locks","message":"a \"b\" \\ c","metadata":{"n":1,"x":0.5,"b":false,"i":"inf","t":"ü"}}"#
                + "\n")
        #expect(!line(.json, "a").contains("metadata"))
    }

    @Test func nothingForgesALine() {
        let message = "ok\n2026-11-23T09:30:00.123Z INFO  forged\u{1b}[2J\r\0\u{85}\u{2028}\u{202e}"
        for format in LogFormat.allCases {
            let text = line(format, message, ["k=\n\"": .text(message), "q": "a\" b=c"])
            #expect(text.filter(\.isNewline) == "\n")
            #expect(text.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
            #expect(text.contains(#"\u001b[2J\r\u0000\u0085\u2028\u202e"#))
        }
        #expect(line(.text, "", ["q": "a\" b=c"]).hasSuffix(#"q="a\" b=c""# + "\n"))
    }

    /// Any text comes back from the JSON as it was, in one line.
    @Test func jsonKeepsAnyText() throws {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &random)
        var generator = ContractRandom(seed: seed)
        for round in 0..<500 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<40, using: &generator) {
                let limit: UInt32 = Bool.random(using: &generator) ? 0xa0 : 0x10ffff
                let value = UInt32.random(in: 0...limit, using: &generator)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let bytes = LogFormat.json.line(
                of: LogEvent(level: .info, label: text, message: text, metadata: ["v": .text(text)]), at: 0)
            #expect(bytes.count { $0 == 0x0a } == 1 && bytes.last == 0x0a, "seed \(seed), round \(round)")
            let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            let message = try #require(object?["message"] as? String, "seed \(seed), round \(round)")
            #expect(Array(message.unicodeScalars) == Array(text.unicodeScalars), "seed \(seed), round \(round)")
        }
    }
}
