import Testing
import TradeContracts

@Suite("Header blocks and checksums")
struct RecordTests {
    @Test("A block that is cut gives the headers before the cut")
    func cuts() {
        var block: [UInt8] = []
        HeaderBlock.append(name: "first".utf8, value: "1".utf8, to: &block)
        let whole = block.count
        HeaderBlock.append(name: "second".utf8, value: nil as [UInt8]?, to: &block)
        for length in 0...block.count {
            let count = HeaderBlock.headers(of: Array(block[..<length])).count
            #expect(count == (length < whole ? 0 : length < block.count ? 1 : 2))
        }
        for lengths: [UInt8] in [[0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80]] {
            #expect(HeaderBlock.headers(of: lengths + [0, 0, 0, 0]).isEmpty)
        }
    }

    @Test("An error ends the walk over a block and is passed on")
    func walks() {
        var block: [UInt8] = []
        for name in ["a", "b", "c"] { HeaderBlock.append(name: name.utf8, value: nil as [UInt8]?, to: &block) }
        var names: [String] = []
        #expect(throws: ContractError("stop")) {
            try HeaderBlock.forEach(in: block) { name, _ throws(ContractError) in
                names.append(String(decoding: name, as: UTF8.self))
                if names.count == 2 { throw ContractError("stop") }
            }
        }
        #expect(names == ["a", "b"])
    }

    @Test("Checksums are stable, and tell apart what differs (G6)")
    func checksums() {
        #expect(RecordChecksum.checksum(key: nil, value: nil) == 13_470_321_620_063_523_894)
        #expect(
            RecordChecksum.checksum(key: Array("1".utf8), value: Array("{\"event_id\":\"0b7f\"}".utf8))
                == 1_947_109_146_777_031_902)
        var seen: Set<UInt64> = []
        var count = 0
        let texts: [[UInt8]?] =
            [nil, []] + (1...40).map { [UInt8](repeating: 0, count: $0) } + (0..<256).map { [UInt8($0), 7] }
        for key in texts.prefix(30) {
            for value in texts {
                seen.insert(RecordChecksum.checksum(key: key, value: value))
                count += 1
            }
        }
        #expect(seen.count == count)
        var text = [UInt8](repeating: 0x55, count: 29)
        for index in text.indices {
            for bit in 0..<8 {
                text[index] ^= 1 << UInt8(bit)
                #expect(seen.insert(RecordChecksum.checksum(key: nil, value: text)).inserted)
                text[index] ^= 1 << UInt8(bit)
            }
        }
    }

    @Test("A view and its copy have one checksum")
    func viewChecksum() {
        let record = EnvelopeRecord(
            topic: "t", partition: 0, offset: 0, timestamp: nil, key: Array("key".utf8), value: Array("value 123".utf8))
        let ofView = record.withView(as: .reference) { RecordChecksum.checksum(of: $0) }
        #expect(ofView == RecordChecksum.checksum(key: record.key, value: record.value))
        #expect(
            ofView == RecordChecksum.checksum(of: RecordBytes(key: record.key, value: record.value, headers: [1])))
    }
}
