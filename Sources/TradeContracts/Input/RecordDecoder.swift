import TradeCore

/// Decodes records of the input topics (design §5, R1–R17). One a thread: it keeps the parser's buffers.
package final class RecordDecoder {
    /// The longest value in bytes: 1 MiB (R5).
    package static let maximumValueBytes = 1 << 20

    private let parser = JSONParser()
    private let allowReplayHeaders: Bool

    /// - Parameter allowReplayHeaders: whether records with `replay.*` headers are taken in; a live input takes none (R10).
    package init(allowReplayHeaders: Bool = false) { self.allowReplayHeaders = allowReplayHeaders }

    /// Decodes one record; never fails: what cannot be read is a dead letter with its reason.
    package func decode(_ record: RecordView) -> DecodedRecord {
        let body: DecodedRecord.Body
        do throws(Undecodable) {
            body = try self.body(of: record)
        } catch {
            body = .undecodable(error)
        }
        return DecodedRecord(
            address: record.address, timestamp: record.timestamp, body: body,
            bytes: RecordBytes(
                key: record.key.map(Array.init), value: record.value.map(Array.init),
                headers: HeaderBlock.block(of: record.headers)),
            checksum: RecordChecksum.checksum(of: record))
    }

    private func body(of record: RecordView) throws(Undecodable) -> DecodedRecord.Body {
        let headers = try InputHeaders(record.headers, allowReplayHeaders: allowReplayHeaders)
        if record.address.topic == .reference { return .reference(try reference(record)) }
        guard let value = record.value else {
            throw Undecodable(.tombstone, "the record has no value")
        }
        let tokens = try tokens(of: value)
        return switch record.address.topic {
        case .orderUpdates: .orderUpdate(try OrderUpdateDecoder.update(tokens, headers))
        default: .event(try EventDecoder.event(tokens, headers))
        }
    }

    private func reference(_ record: RecordView) throws(Undecodable) -> ReferenceChange {
        let key = try ReferenceKey.parse(record.key)
        guard let value = record.value else { return ReferenceChange(key: key, value: nil, json: []) }
        return try ReferenceJSON.change(key, ReferenceNode(try tokens(of: value), 0))
    }

    /// Size and depth are checked first, whatever else is wrong (R5); depth only where parsing failed, with the same result.
    private func tokens(of value: UnsafeRawBufferPointer) throws(Undecodable) -> JSONTokens {
        guard value.count <= RecordDecoder.maximumValueBytes else {
            throw Undecodable(
                .tooLarge,
                "the value has \(value.count) bytes, allowed: \(RecordDecoder.maximumValueBytes)"
                    + WireFormatHint.text(value))
        }
        do throws(JSONParser.Problem) {
            return try parser.parse(value)
        } catch {
            throw undecodable(value, error)
        }
    }

    private func undecodable(_ value: UnsafeRawBufferPointer, _ problem: JSONParser.Problem) -> Undecodable {
        let hint = WireFormatHint.text(value)
        if problem == .tooDeep || JSONParser.isTooDeep(value) {
            return Undecodable(
                .tooDeep, "the value is nested deeper than \(JSONParser.maximumDepth) levels" + hint)
        }
        return switch problem {
        case .malformed(let problem): Undecodable(.malformed, "the value is not JSON: \(problem)" + hint)
        case .notAnObject: Undecodable(.malformed, "the value is not a JSON object" + hint)
        case .tooDeep, .noMemory, .tooLarge: Undecodable(.tooLarge, "there is no memory to parse the value")
        }
    }
}
