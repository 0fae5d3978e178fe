package import TradeCore

/// Reference data with JSON that stands for it, so that stores can be tried without the decoder.
package enum ReferenceSamples {
    package static func account(_ id: Int64, balance: Int64 = 100) -> ReferenceChange {
        let account = Account(
            id: AccountID(id), balance: Fixed9(billionths: balance), buyingPower: Fixed9(billionths: balance))
        return ReferenceChange(
            key: .account(account.id), value: .account(account), json: Array("{\"balance\":\(balance)}".utf8))
    }

    package static func expert(_ id: Int64) -> ReferenceChange {
        ReferenceChange(
            key: .expert(ExpertID(id)), value: .expert(Expert(id: ExpertID(id), account: AccountID(1))),
            json: Array("{\"account_id\":1}".utf8))
    }

    package static func ruleset(_ id: String) -> ReferenceChange {
        ReferenceChange(key: .ruleset(id), value: .ruleset(Ruleset(id: id, rules: [])), json: Array("{}".utf8))
    }

    package static func deletion(_ key: ReferenceKey) -> ReferenceChange {
        ReferenceChange(key: key, value: nil, json: [])
    }

    /// What `SQLiteStoreOptions.decodeReference` does, for these samples.
    package static func decode(_ key: ReferenceKey, _ json: [UInt8]) -> ReferenceChange? {
        switch key {
        case .account(let id):
            let digits = json.filter { (48...57).contains($0) }
            return Int64(String(decoding: digits, as: UTF8.self)).map { account(id.rawValue, balance: $0) }
        case .expert(let id): return expert(id.rawValue)
        case .ruleset(let id): return ruleset(id)
        }
    }
}
