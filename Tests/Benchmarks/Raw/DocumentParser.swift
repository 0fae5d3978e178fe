import CBenchmarks
import CSimdjson

/// Parsers of JSON with nothing behind them.
final class DocumentParser {
    private let whole: OpaquePointer
    private let flat: OpaquePointer

    init() throws {
        guard let whole = cbenchmarks_parser_create(), let flat = csimdjson_create() else {
            throw BenchmarkError("no memory for a parser")
        }
        self.whole = whole
        self.flat = flat
    }

    deinit {
        cbenchmarks_parser_destroy(whole)
        csimdjson_destroy(flat)
    }

    /// simdjson's DOM.
    func parse(_ bytes: UnsafeRawBufferPointer) throws {
        let code = cbenchmarks_parse(whole, bytes.baseAddress, bytes.count)
        guard code == 0 else { throw BenchmarkError("simdjson: \(code)") }
    }

    /// simdjson's On-Demand, every value checked and flattened to tokens with the text of its numbers.
    func flatten(_ bytes: UnsafeRawBufferPointer) throws {
        var tokens: UnsafePointer<csimdjson_token>?
        var count = 0
        var problem: UnsafePointer<CChar>?
        let status = csimdjson_parse(flat, bytes.baseAddress, bytes.count, 64, &tokens, &count, &problem)
        guard status == CSIMDJSON_OK else { throw BenchmarkError("simdjson: \(status.rawValue)") }
    }
}
