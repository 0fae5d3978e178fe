import Foundation
import Testing
import TradeContracts
import TradeReplay

/// Recorded histories with what they have to give, byte for byte. `REGENERATE_GOLDEN=1` writes the outputs anew: what changed in
/// them is then for a person to read.
@Suite("Recorded histories give what they gave (G8)")
struct GoldenTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Golden")
    private static let isRegenerating = ProcessInfo.processInfo.environment["REGENERATE_GOLDEN"] != nil
    /// Histories end with `.in.ndjson`, their outputs with `.out.ndjson`.
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".in.ndjson") }.map { String($0.dropLast(".in.ndjson".count)) }.sorted()

    @Test func thereAreSome() { #expect(Self.names == ["random", "sizing", "trading"]) }

    @Test(arguments: names)
    func history(_ name: String) throws {
        let input = Self.folder.appendingPathComponent("\(name).in.ndjson")
        let output = Self.folder.appendingPathComponent("\(name).out.ndjson")
        let bytes = try Replaying.run(try Self.records(input)).bytes
        if Self.isRegenerating { try Data(bytes).write(to: output) }
        let expected = try Self.records(output)
        let came = try Replaying.run(try Self.records(input)).output
        var index = 0
        let comparison = OutcomeComparison {
            guard index < expected.count else { return nil }
            defer { index += 1 }
            return expected[index]
        }
        for record in came { try comparison.take(record) }
        #expect(try comparison.finish().flatMap(\.lines) == [])
        #expect(try bytes == Array(Data(contentsOf: output)), "the bytes differ")
    }

    /// The example of the trading rules: balance 100,000, price 100, cap 40 %, profits 30, 20, 10.
    @Test func sizesOfTheExample() throws {
        let result = try Replaying.run(try Self.records(Self.folder.appendingPathComponent("sizing.in.ndjson")))
        let quantities = result.values(of: .ordersCreated).map { value in
            value.firstRange(of: #""quantity":"#).map { value[$0.upperBound...].prefix { $0.isNumber } } ?? ""
        }
        #expect(quantities == ["400", "400", "200"])
    }

    private static func records(_ url: URL) throws -> [EnvelopeRecord] {
        let file = try EnvelopeFile(path: url.path)
        var records: [EnvelopeRecord] = []
        while let record = try file.next() { records.append(record) }
        return records
    }
}
