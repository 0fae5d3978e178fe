import Support
import Testing

@Suite("The SQLite store holds the contract of stores")
struct SQLiteContractTests {
    @Test(arguments: StoreContract.all)
    func holds(_ contract: StoreContract) throws {
        try inPlaces { open in try contract.check(open) }
    }

    @Test("Of 500 entries the k-th is refused: those before it stand", arguments: StoreRefusals.all)
    func refusedInLargeGroup(_ refusal: StoreRefusals) throws {
        try inPlaces { open in try refusal.check(open, before: 377, after: 122) }
    }

    /// Runs `body` with stores that stay where they are until it has ended.
    private func inPlaces(_ body: (_ open: () throws -> StoreBench) throws -> Void) throws {
        var places: [TemporaryStore] = []
        try body {
            let place = try TemporaryStore()
            places.append(place)
            return try place.bench()
        }
        withExtendedLifetime(places) {}
    }
}
