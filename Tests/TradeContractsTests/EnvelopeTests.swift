import Testing
import TradeContracts
import TradeCore

@Suite("Files of records in the kcat envelope (R17, R91)")
struct EnvelopeTests {
    /// A reader of a text that gives at most `chunk` bytes at a time.
    private func reader(_ text: [UInt8], chunk: Int = .max) -> EnvelopeReader {
        var rest = text[...]
        return EnvelopeReader { buffer in
            let part = rest.prefix(min(chunk, buffer.count))
            rest = rest.dropFirst(part.count)
            buffer.copyBytes(from: part)
            return part.count
        }
    }

    private func records(_ text: String, chunk: Int = .max) throws(ContractError) -> [EnvelopeRecord] {
        let reader = reader(Array(text.utf8), chunk: chunk)
        var records: [EnvelopeRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    /// What kcat 1.7.1 printed.
    private static let kcat = #"""
        {"topic":"t1","partition":0,"offset":0,"tstype":"create","ts":1795506824241,"broker":1,"headers":["a","1","b","","c",null],"key":"k1","payload":"{\"a\":1}"}
        {"topic":"t1","partition":0,"offset":1,"tstype":"create","ts":1795506825278,"broker":1,"key":"k2","payload":null}
        {"topic":"t1","partition":0,"offset":3,"tstype":"create","ts":1795506825305,"broker":1,"key":null,"payload":"pl\u00e9in\u0001/"}

        """#

    @Test("Lines of kcat -J are read", arguments: [1, 7, 100, Int.max])
    func kcat(chunk: Int) throws {
        let records = try records(EnvelopeTests.kcat, chunk: chunk)
        try #require(records.count == 3)
        #expect(records[0].topic == "t1")
        #expect(records[0].timestamp == 1_795_506_824_241)
        #expect(records[0].key == Array("k1".utf8))
        #expect(records[0].value == Array(#"{"a":1}"#.utf8))
        #expect(
            HeaderBlock.headers(of: records[0].headers) == [
                RecordHeader("a", [0x31]), RecordHeader("b", []), RecordHeader("c", nil),
            ])
        #expect(records[1].value == nil)
        #expect(records[1].headers == [])
        #expect(records[2].offset == 3)
        #expect(records[2].key == nil)
        #expect(records[2].value == Array("pléin\u{1}/".utf8))
    }

    @Test("The last line needs no newline, and a file may be empty")
    func ends() throws {
        #expect(try records("").isEmpty)
        #expect(try records(String(EnvelopeTests.kcat.dropLast())).count == 3)
        #expect(
            try records(#"{"topic":"t","partition":0,"offset":0}"# + "\r\n") == [
                EnvelopeRecord(topic: "t", partition: 0, offset: 0, timestamp: nil, key: nil, value: nil)
            ])
        #expect(
            try records(#"{"topic":"t","partition":1,"offset":2,"ts":-1,"payload":""}"#) == [
                EnvelopeRecord(topic: "t", partition: 1, offset: 2, timestamp: nil, key: nil, value: [])
            ])
    }

    static let wrong: [(line: String, problem: String)] = [
        ("", "not a record"), (" ", "not a record"), ("[]", "not a record"), ("{", "not a record"),
        ("x", "not a record"),
        (#"{"partition":0,"offset":0}"#, "topic is missing"), (#"{"topic":"","partition":0,"offset":0}"#, "topic is"),
        (#"{"topic":"t","offset":0}"#, "partition is missing"), (#"{"topic":"t","partition":0}"#, "offset is missing"),
        (#"{"topic":"t","partition":-1,"offset":0}"#, "partition is -1"),
        (#"{"topic":"t","partition":2147483648,"offset":0}"#, "partition is 2147483648"),
        (#"{"topic":"t","partition":0,"offset":-1}"#, "offset is -1"),
        (#"{"topic":"t","partition":0,"offset":"0"}"#, "offset is \"0\""),
        (#"{"topic":"t","partition":0,"offset":0,"ts":"x"}"#, "ts is"),
        (#"{"topic":"t","partition":0,"offset":0,"key":1}"#, "key is 1"),
        (#"{"topic":"t","partition":0,"offset":0,"payload":{}}"#, "payload is an object"),
        (#"{"topic":"t","partition":0,"offset":0,"headers":{}}"#, "headers is an object"),
        (#"{"topic":"t","partition":0,"offset":0,"headers":["a"]}"#, "headers is an array"),
        (#"{"topic":"t","partition":0,"offset":0,"headers":[null,"a"]}"#, "headers is an array"),
        (#"{"topic":"t","partition":0,"offset":0,"headers":["a",1]}"#, "headers is an array"),
        (#"{"topic":"t","partition":0,"offset":0,"payload_base64":"%"}"#, "payload_base64 is"),
        (#"{"topic":"t","partition":0,"offset":0,"payload_base64":"QQ"}"#, "payload_base64 is"),
        (#"{"topic":"t","partition":0,"offset":0,"payload":"a","payload_base64":"QQ=="}"#, "payload_base64 is"),
        (#"{"topic":"t","partition":0,"offset":0,"headers":[],"headers_base64":[]}"#, "headers_base64 is"),
    ]

    @Test("A line that is no record stops with its number", arguments: wrong)
    func refused(line: String, problem: String) throws {
        let reader = reader(Array((EnvelopeTests.kcat + line + "\n" + EnvelopeTests.kcat).utf8))
        for _ in 0..<3 { _ = try reader.next() }
        let error = #expect(throws: ContractError.self) { try reader.next() }
        #expect(error?.line == 4)
        #expect(error?.message.hasPrefix(problem) == true, "\(error?.description ?? "")")
    }

    @Test("Bytes that are not UTF-8 in a line name payload_base64, where they belong")
    func notUTF8() {
        let line = Array(#"{"topic":"t","partition":0,"offset":0,"payload":""#.utf8) + [0xFF] + Array("\"}".utf8)
        let error = #expect(throws: ContractError.self) { try reader(line).next() }
        #expect(error?.message.contains("payload_base64") == true)
        #expect(error?.description.hasPrefix("line 1: not UTF-8") == true)
    }

    @Test("What the source of the bytes throws is passed on")
    func failingSource() {
        let reader = EnvelopeReader { _ throws(ContractError) in throw ContractError("disk") }
        #expect(throws: ContractError("disk")) { try reader.next() }
    }

    @Test("A record is written as one line, byte for byte")
    func written() {
        var file: [UInt8] = []
        let writer = EnvelopeWriter()
        var headers: [UInt8] = []
        HeaderBlock.append(name: "a".utf8, value: "1\"".utf8, to: &headers)
        HeaderBlock.append(name: "b".utf8, value: nil as [UInt8]?, to: &headers)
        let encoded = EncodedRecord(
            topic: .eventsSkipped, key: [0x31], value: Array("{\"é\":1}".utf8), headers: headers)
        writer.append(EnvelopeRecord(encoded, topics: TopicNames(), offset: 7, timestamp: 12), to: &file)
        writer.append(
            EnvelopeRecord(
                topic: "t", partition: 2, offset: 3, timestamp: nil, key: nil, value: [0xFF],
                headers: HeaderBlock.block(of: [])), to: &file)
        #expect(
            String(decoding: file, as: UTF8.self) == #"""
                {"topic":"trade.events.skipped","partition":0,"offset":7,"ts":12,"headers":["a","1\"","b",null],"key":"1","payload":"{\"é\":1}"}
                {"topic":"t","partition":2,"offset":3,"ts":null,"key":null,"payload_base64":"/w=="}

                """#)
    }

    @Test("Any record comes back as it was (seeded)")
    func roundTrip() throws {
        var random = SeededRandom.fresh("envelope")
        let alphabets: [[UInt8]] = [Array("ab\"\\\u{0}\n é😀".utf8), Array(0...255), Array("plain".utf8)]
        func bytes(_ longest: Int) -> [UInt8]? {
            guard Int.random(in: 0..<6, using: &random) > 0 else { return nil }
            let alphabet = alphabets[Int.random(in: 0..<3, using: &random)]
            return (0..<Int.random(in: 0...longest, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
        }
        var written: [EnvelopeRecord] = []
        var file: [UInt8] = []
        let writer = EnvelopeWriter()
        for offset in 0..<600 {
            var headers: [UInt8] = []
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                HeaderBlock.append(name: bytes(8) ?? [], value: bytes(20), to: &headers)
            }
            written.append(
                EnvelopeRecord(
                    topic: "t", partition: Int32.random(in: 0...9, using: &random), offset: Int64(offset),
                    timestamp: Bool.random(using: &random) ? nil : Int64.random(in: 0 ... .max, using: &random),
                    key: bytes(10), value: bytes(offset == 5 ? 300_000 : 200), headers: headers))
            writer.append(written[offset], to: &file)
        }
        let reader = reader(file, chunk: Int.random(in: 1_000...9_000, using: &random))
        for record in written {
            let read = try reader.next()
            #expect(read == record, "seed \(random.seed)")
        }
        #expect(try reader.next() == nil)
        #expect(reader.line == 600)
    }

    @Test("A record of a file is decoded like one of a topic")
    func view() {
        var headers: [UInt8] = []
        HeaderBlock.append(name: "ce_id".utf8, value: "from-file".utf8, to: &headers)
        let record = EnvelopeRecord(
            topic: "analysis.completed", partition: 4, offset: 9, timestamp: 5, key: nil,
            value: Array(SampleObject.event.json.utf8), headers: headers)
        let decoded = record.withView(as: .analysisCompleted) { RecordDecoder().decode($0) }
        guard case .event(let event) = decoded.body else {
            Issue.record("the event was not read")
            return
        }
        #expect(event.identity.id == "from-file")
        #expect(decoded.address == RecordAddress(topic: .analysisCompleted, partition: 4, offset: 9))
        #expect(decoded.bytes == RecordBytes(key: nil, value: record.value, headers: headers))
    }
}
