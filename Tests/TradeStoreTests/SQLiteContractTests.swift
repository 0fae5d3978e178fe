import Support
import Testing

@Suite("The SQLite store holds the contract of stores")
struct SQLiteContractTests {
    @Test(arguments: StoreContract.all)
    func holds(_ contract: StoreContract) throws {
        try contract.check { try TemporaryStore().bench() }
    }

    @Test("Of 500 entries the k-th is refused: those before it stand", arguments: StoreRefusals.all)
    func refusedInLargeGroup(_ refusal: StoreRefusals) throws {
        try refusal.check({ try TemporaryStore().bench() }, before: 377, after: 122)
    }
}
