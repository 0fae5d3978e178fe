import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

@Suite("The relay's mark, set by an operator")
struct SetMarkTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    /// Five rows, published up to the third, the last stop not a clean one.
    private func make() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        let note = RelayNote(place: RelayPlace(name: "p", delivery: .exactlyOnce), isClean: false)
        let halt = Halt(scope: .all, entriesOnly: true, reason: "r", since: Timestamp(microseconds: 1))
        let rows = entries.other(rows: 5)
        let mark = ChangeSet(
            number: 2, relayMark: 3, relay: RelayChange(withdrawal: Withdrawal(halt, through: 4), note: note))
        #expect(store.commit([rows, mark]) == .committed)
        store.close()
    }

    private func snapshot() throws -> StoreSnapshot {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        defer { store.close() }
        return try store.snapshot { _ in }
    }

    @Test("Up and down: what lies between is told by the numbers, and the stop counts as a clean one", arguments: 0...5)
    func sets(mark: Int64) throws {
        try make()
        #expect(try snapshot().relay?.isClean == false)
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        try store.setRelayMark(mark)
        store.close()
        let found = try snapshot()
        #expect(found.relayMark == mark && found.lastOutboxRow == 5)
        #expect(found.relay == RelayNote(place: RelayPlace(name: "p", delivery: .exactlyOnce), isClean: true))
        // What the mark has passed is not withdrawn any more, what it has not is.
        #expect(found.withdrawals.count == (mark >= 4 ? 0 : 1))
    }

    @Test("Where nothing was ever published there is still nothing to note")
    func neverPublished() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        try store.setRelayMark(0)
        store.close()
        #expect(try snapshot().relay == nil)
    }

    @Test("A mark that can't be is refused and changes nothing", arguments: [-1, 6, Int64.max, .min])
    func refused(mark: Int64) throws {
        try make()
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let error = #expect(throws: StoreError.self) { try store.setRelayMark(mark) }
        #expect(error?.description.contains("from 1 to 5") == true)
        store.close()
        #expect(throws: StoreError.self) { try store.setRelayMark(1) }
        let found = try snapshot()
        #expect(found.relayMark == 3 && found.relay?.isClean == false)
    }
}
