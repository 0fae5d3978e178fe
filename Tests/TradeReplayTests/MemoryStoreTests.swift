import Support
import Testing
import TradeReplay

@Suite("The memory store holds the contract of stores")
struct MemoryStoreTests {
    @Test(arguments: StoreContract.all)
    func holds(_ contract: StoreContract) throws {
        try contract.check {
            let store = MemoryStore()
            return bench(store)
        }
    }

    private func bench(_ store: MemoryStore) -> StoreBench {
        StoreBench(store: store, queries: store, reopen: { bench(store) })
    }
}
