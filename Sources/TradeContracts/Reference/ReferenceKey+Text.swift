package import TradeCore

/// The keys of `trade.reference` as text: `account/1`, `expert/1`, `ruleset/x` (R87).
extension ReferenceKey {
    package var text: String {
        switch self {
        case .account(let id): "account/\(id)"
        case .expert(let id): "expert/\(id)"
        case .ruleset(let id): "ruleset/\(id)"
        }
    }

    /// The key that a text names; nil for any other text, and for a number in another spelling than ours (`account/01`).
    package init?(text: String) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let id = String(text[text.index(after: slash)...])
        switch text[..<slash] {
        case "account":
            guard let number = ReferenceKey.number(id) else { return nil }
            self = .account(AccountID(number))
        case "expert":
            guard let number = ReferenceKey.number(id) else { return nil }
            self = .expert(ExpertID(number))
        case "ruleset":
            guard ReferenceMap.isName(id, limit: CloudEvent.longestID) else { return nil }
            self = .ruleset(id)
        default: return nil
        }
    }

    /// The key of a record.
    static func parse(_ bytes: UnsafeRawBufferPointer?) throws(Undecodable) -> ReferenceKey {
        let text = bytes.flatMap { String(validating: $0, as: UTF8.self) }
        guard let key = text.flatMap(ReferenceKey.init(text:)) else {
            let key = bytes.map { "\"\(String(decoding: TextLimit.cut($0, to: 64), as: UTF8.self))\"" } ?? "absent"
            throw Undecodable(
                .invalidValue, "the record's key is \(key), allowed: account/{id}, expert/{id} or ruleset/{id}")
        }
        return key
    }

    private static func number(_ text: String) -> Int64? {
        guard let number = Int64(text), String(number) == text else { return nil }
        return number
    }
}

extension ReferenceValue {
    /// The key that a value belongs to.
    package var key: ReferenceKey {
        switch self {
        case .account(let account): .account(account.id)
        case .expert(let expert): .expert(expert.id)
        case .ruleset(let ruleset): .ruleset(ruleset.id)
        }
    }
}
