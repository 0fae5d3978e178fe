import TradeContracts
import TradeReplay

/// Reads files of records whole.
enum EnvelopeText {
    static func records(_ path: String) throws -> [EnvelopeRecord] {
        let file = try EnvelopeFile(path: path)
        var records: [EnvelopeRecord] = []
        while let record = try file.next() { records.append(record) }
        return records
    }
}
