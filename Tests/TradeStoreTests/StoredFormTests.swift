import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

@Suite("What stores that exist hold keeps its meaning")
struct StoredFormTests {
    @Test("Hashes that are kept in the store never change")
    func hashes() {
        #expect(EventIdentity(id: "0b7f", source: "").stableHash == 12_741_519_222_074_293_547)
        #expect(EventIdentity(id: "", source: "urn:x").stableHash == 2_190_342_362_448_135_229)
    }

    @Test("Numbers of enumerations never change")
    func codes() {
        #expect(codes(of: UseCase.self) == ["enter_market": 1, "open_positions": 2])
        #expect(
            codes(of: RecommendedAction.self)
                == ["SELL": 1, "UNDERWEIGHT": 2, "HOLD": 3, "OVERWEIGHT": 4, "BUY": 5, "ERROR": 6])
        #expect(
            codes(of: PositionStatus.self) == ["WAITING": 1, "OPENED": 2, "CLOSING": 3, "CLOSED": 4, "FAILED": 5])
        #expect(codes(of: Side.self) == ["BUY": 1, "SELL": 2])
        #expect(
            codes(of: OrderRole.self)
                == ["entry": 1, "take_profit": 2, "stop_loss": 3, "close": 4, "increase": 5, "decrease": 6])
        #expect(
            codes(of: OrderStatus.self) == [
                "pending": 1, "waiting_trigger": 2, "new": 3, "accepted": 4, "pending_new": 5, "partially_filled": 6,
                "filled": 7, "canceled": 8, "rejected": 9, "expired": 10, "replaced": 11,
            ])
        #expect(codes(of: RiskLevel.self) == ["LOW": 1, "MEDIUM": 2, "HIGH": 3])
        #expect(codes(of: TimeHorizon.self) == ["SHORT_TERM": 1, "MEDIUM_TERM": 2, "LONG_TERM": 3])
        #expect(Set(codes(of: SkipReason.self).values) == Set(1...20))
        #expect(InputTopic.allCases.map(\.rawValue) == [0, 1, 2])
        #expect(OutputTopic.allCases.map(\.rawValue) == [0, 1, 2])
    }

    @Test("Reference data is read back by the contract's decoder")
    func referenceByContract() throws {
        let place = try TemporaryStore()
        let samples: [(ReferenceKey, String)] = [
            (.account(AccountID(1)), #"{"id":1,"balance":100000.000000001,"buying_power":1e5}"#),
            (.expert(ExpertID(-2)), #"{"id":-2,"account_id":1,"settings":{"lot_size":10}}"#),
            (.ruleset("x/y"), #"{"id":"x/y","rules":[]}"#),
        ]
        let decode = SQLiteStoreOptions().decodeReference
        let changes = try samples.map { try #require(decode($0.0, Array($0.1.utf8))) }
        #expect(changes.map(\.key) == samples.map(\.0))
        let store = try SQLiteStore.open(path: place.path)
        let writes = changes.map { ReferenceWrite(change: $0, origin: .topic(offset: 1)) }
        #expect(store.commit([ChangeSet(number: 1, reference: writes)]) == .committed)
        store.close()
        #expect(try SQLiteStore.open(path: place.path).snapshot { _ in }.reference.map(\.change) == changes)
    }

    private func codes<Code: StoreCode & RawRepresentable>(of type: Code.Type) -> [String: Int64]
    where Code.RawValue == String {
        for code in Code.allCases { #expect(Code(code: code.code) == code) }
        #expect(Code(code: 0) == nil && Code(code: 99) == nil && Code(code: .min) == nil)
        return Dictionary(uniqueKeysWithValues: Code.allCases.map { ($0.rawValue, $0.code) })
    }
}
