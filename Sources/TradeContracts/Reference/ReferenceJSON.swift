package import TradeCore

/// The JSON of reference data: read from records and from the store, written for the store.
package enum ReferenceJSON {
    /// Reads a value that belongs to a key, as `encode` has written it or a record of `trade.reference` carries it (R87).
    package static func decode(_ key: ReferenceKey, _ json: [UInt8]) throws(Undecodable) -> ReferenceValue {
        let parser = JSONParser()
        let parsed: Result<ReferenceNode, JSONParser.Problem> = json.withUnsafeBytes { bytes in
            do throws(JSONParser.Problem) {
                return .success(ReferenceNode(try parser.parse(bytes), 0))
            } catch {
                return .failure(error)
            }
        }
        switch parsed {
        case .success(let node): return try value(key, node, path: "")
        case .failure(let problem):
            throw Undecodable(.malformed, "\(key.text): the value is no JSON object: \(problem)")
        }
    }

    /// The change that sets a value, with its canonical JSON and warnings.
    static func change(
        _ key: ReferenceKey, _ node: ReferenceNode, path: String = ""
    ) throws(Undecodable) -> ReferenceChange {
        let value = try value(key, node, path: path)
        return change(value)
    }

    static func change(_ value: ReferenceValue) -> ReferenceChange {
        var warnings: [String] = []
        if case .ruleset(let ruleset) = value { warnings = ruleset.warnings }
        return ReferenceChange(key: value.key, value: value, json: encode(value), warnings: warnings)
    }

    private static func value(
        _ key: ReferenceKey, _ node: ReferenceNode, path: String
    ) throws(Undecodable) -> ReferenceValue {
        let value: ReferenceValue
        switch key {
        case .account: value = .account(try ReferenceReader.account(node, path: path))
        case .expert: value = .expert(try ReferenceReader.expert(node, path: path))
        case .ruleset: value = .ruleset(try ReferenceReader.ruleset(node, path: path))
        }
        guard value.key.text.utf8.elementsEqual(key.text.utf8) else {
            throw Undecodable(.invalidValue, "id is that of \(value.key.text), allowed: that of the key, \(key.text)")
        }
        return value
    }

    /// The canonical JSON of a value: every field, defaults too, in a fixed order, weights by symbol.
    package static func encode(_ value: ReferenceValue) -> [UInt8] {
        let writer = ByteWriter()
        switch value {
        case .account(let account): writer.append(account)
        case .expert(let expert): writer.append(expert)
        case .ruleset(let ruleset): writer.append(ruleset)
        }
        return writer.array
    }
}
