import TradeCore
import TradePipeline

/// Totals of accounts; one that has no row binds nothing.
struct AccountRows {
    private let byID: Statement
    private let all: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        byID = try connection.statement("SELECT id, used, ordered FROM accounts WHERE id = ?")
        all = try connection.statement("SELECT id, used, ordered FROM accounts ORDER BY id")
    }

    func totals(of account: AccountID) throws -> AccountTotals? {
        byID.bind(1, integer: account.rawValue)
        defer { byID.reset() }
        return try byID.step() ? try read(byID) : nil
    }

    func totals() throws -> [AccountTotals] {
        defer { all.reset() }
        var result: [AccountTotals] = []
        while try all.step() { result.append(try read(all)) }
        return result
    }

    private func read(_ row: Statement) throws -> AccountTotals {
        guard let used = ExactDecimal(row.text(1)), let ordered = ExactDecimal(row.text(2)) else {
            throw DamagedRow("totals of account \(row.integer(0)) are no decimals")
        }
        return AccountTotals(account: AccountID(row.integer(0)), used: used, ordered: ordered)
    }
}
