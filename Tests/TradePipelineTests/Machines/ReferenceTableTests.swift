import Support
import Testing
import TradeCore

@testable import TradePipeline

@Suite struct ReferenceTableTests {
    private func totals(_ used: Int64) -> ReferenceTable.Totals {
        ReferenceTable.Totals(used: ExactDecimal(used), ordered: ExactDecimal(used))
    }

    private func write(_ change: ReferenceChange, _ offset: Int64? = nil) -> ReferenceWrite {
        ReferenceWrite(change: change, origin: offset.map { .topic(offset: $0) } ?? .file)
    }

    @Test func whatIsTakenBackLeavesNothing() {
        let table = ReferenceTable()
        let first = table.apply(write(Build.expert(1, account: 1), 5))
        #expect(first.change.value == nil)
        table.setTotals(of: ExpertID(1), totals(30))
        let moved = table.apply(write(Build.expert(1, account: 2), 7))
        #expect(table.totals(of: AccountID(1))?.used.mantissa == 0)
        #expect(table.totals(of: AccountID(2))?.used.mantissa == 30, "what it binds moves with the expert")
        table.apply(moved)
        #expect(table.totals(of: AccountID(1))?.used.mantissa == 30)
        #expect(table.totals(of: AccountID(2))?.used.mantissa == 0)
        let older = table.isNewer(.expert(ExpertID(1)), offset: 5, deletes: false)
        #expect(!older)
        table.apply(first)
        #expect(table.current(.expert(ExpertID(1))) == nil)
        #expect(table.totals(of: AccountID(1))?.used.mantissa == 0)
        #expect(table.totals(of: ExpertID(1)).used.mantissa == 30, "its positions are there, whoever knows it")
    }

    @Test func theTopicWinsOverTheFile() {
        let table = ReferenceTable()
        table.restore([
            write(Build.account(1, balance: 5), 3), write(Build.account(2, balance: 6), 4), write(Build.account(3)),
        ])
        // The topic holds account 1 still; 2 is gone from it, and the file sets 2 and 4; 3 came from an earlier file.
        let again = table.isNewer(.account(AccountID(1)), offset: 3, deletes: false)
        #expect(!again)
        let file = [Build.account(1, balance: 9), Build.account(2, balance: 9), Build.account(4, balance: 9)]
        let writes = table.changes(ofFile: file) + table.changesAfterFullRead()
        for write in writes { table.apply(write) }
        let balances = (Int64(1)...4).map { id -> Int64? in
            guard case .account(let account) = table.current(.account(AccountID(id))) else { return nil }
            return account.balance.billionths / 1_000_000_000
        }
        #expect(balances == [5, 9, nil, 9])
        #expect(table.changesAfterFullRead().isEmpty, "R98: a second look changes nothing")
        #expect(writes.map(\.change.key).count == Set(writes.map(\.change.key)).count, "each key once")
    }

    @Test func aChangedFileChangesOnce() {
        let table = ReferenceTable()
        table.restore([write(Build.account(1, balance: 5))])
        let writes = table.changes(ofFile: [Build.account(1, balance: 6)]) + table.changesAfterFullRead()
        #expect(writes.count == 1)
    }

    @Test func moneyOutOfRangeIsNotMoney() {
        let table = ReferenceTable()
        table.apply(write(Build.expert(1)))
        table.apply(write(Build.expert(2)))
        table.apply(write(Build.expert(3)))
        guard let largest = try? ExactDecimal(.max).multiplied(by: ExactDecimal(.max)) else {
            return #expect(Bool(false))
        }
        let huge = ReferenceTable.Totals(used: largest, ordered: .zero)
        table.setTotals(of: ExpertID(1), huge)
        table.setTotals(of: ExpertID(2), huge)
        table.setTotals(of: ExpertID(3), huge)
        #expect(table.totals(of: AccountID(1)) == nil)
        for expert in [Int64(2), 3] { table.setTotals(of: ExpertID(expert), ReferenceTable.Totals()) }
        #expect(
            table.totals(of: AccountID(1))?.used.mantissa == largest.mantissa, "it is money again once it is in range")
    }
}
