import Foundation
import ServiceSupport
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

extension TemporaryFolder {
    /// The text of a file in it; empty where there is none.
    func text(_ name: String) -> String {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
