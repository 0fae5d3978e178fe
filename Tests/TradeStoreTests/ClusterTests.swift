import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeStore

@Suite("Whose input positions they are (G6.6)")
struct ClusterTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    @Test("The same cluster changes nothing, another real one is refused where there are positions")
    func realClusters() throws {
        let store = try filled(cluster: "a", isEmbedded: false)
        try store.adoptCluster(id: "a", isEmbedded: false)
        #expect(try store.snapshot { _ in }.inputPositions.count == 1)
        let error = #expect(throws: StoreError.self) { try store.adoptCluster(id: "b", isEmbedded: false) }
        guard case .foreignCluster(_, "a", "b")? = error else { return #expect(Bool(false), "\(error as Any)") }
        // Nor does a real one take over from an embedded one.
        try store.adoptCluster(id: "random", isEmbedded: true)
        var next = StoreEntries()
        next.commit = store.lastCommitForTests
        #expect(store.commit([next.other(position: StoreEntries.input(next: 3))]) == .committed)
        #expect(throws: StoreError.self) { try store.adoptCluster(id: "a", isEmbedded: false) }
    }

    @Test("Without positions a cluster may change, and reference data forgets its offsets")
    func withoutPositions() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        try store.adoptCluster(id: "a", isEmbedded: false)
        var entries = StoreEntries()
        let write = ReferenceWrite(change: ReferenceSamples.expert(1), origin: .topic(offset: 7))
        #expect(store.commit([entries.other(reference: [write])]) == .committed)
        #expect(try store.snapshot { _ in }.reference.map(\.origin) == [.topic(offset: 7)])
        try store.adoptCluster(id: "b", isEmbedded: false)
        #expect(store.cluster == "b")
        #expect(try store.snapshot { _ in }.reference.map(\.origin) == [.file])
    }

    @Test("A new embedded broker drops positions and reference offsets, and keeps the rest")
    func embedded() throws {
        let store = try filled(cluster: "one", isEmbedded: true)
        try store.adoptCluster(id: "two", isEmbedded: true)
        let snapshot = try store.snapshot { _ in }
        #expect(snapshot.inputPositions.isEmpty)
        #expect(snapshot.reference.map(\.origin) == [.file])
        #expect(snapshot.lastRecommendation == 1)
        // The new broker's offsets begin anew, below the old ones.
        var next = StoreEntries()
        next.commit = snapshot.lastCommit
        #expect(store.commit([next.other(position: StoreEntries.input(next: 1))]) == .committed)
        store.close()
        let again = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        #expect(again.cluster == "two")
        #expect(try again.snapshot { _ in }.inputPositions == [StoreEntries.input(next: 1)])
    }

    @Test("Positions written before any cluster is known are nobody's")
    func beforeAnyCluster() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [])]) == .committed)
        #expect(throws: StoreError.self) { try store.adoptCluster(id: "a", isEmbedded: false) }
        try store.adoptCluster(id: "a", isEmbedded: true)
        #expect(try store.snapshot { _ in }.inputPositions.isEmpty)
    }

    @Test("A renamed topic has no positions; its old name keeps them")
    func renamedTopic() throws {
        try filled(cluster: "a", isEmbedded: false).close()
        var options = TemporaryStore.options
        options.topics.analysisCompleted = "renamed"
        let renamed = try SQLiteStore.open(path: place.path, options: options)
        #expect(try renamed.snapshot { _ in }.inputPositions.isEmpty)
        var next = StoreEntries()
        next.commit = renamed.lastCommitForTests
        #expect(renamed.commit([next.other(position: StoreEntries.input(next: 5))]) == .committed)
        renamed.close()
        let before = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        #expect(try before.snapshot { _ in }.inputPositions == [StoreEntries.input(next: 1)])
    }

    @Test("An error while adopting leaves the cluster as it was")
    func failing() throws {
        var options = TemporaryStore.options
        options.probe = Probes.at(.step, "UPDATE store SET cluster", nth: 2, .instead(10))
        let store = try SQLiteStore.open(path: place.path, options: options)
        try store.adoptCluster(id: "one", isEmbedded: true)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        #expect(throws: StoreError.self) { try store.adoptCluster(id: "two", isEmbedded: true) }
        #expect(store.cluster == "one")
        #expect(try store.snapshot { _ in }.inputPositions.count == 1)
        #expect(store.commit([entries.inbox(ids: [2])]) == .committed)
    }

    private func filled(cluster: String, isEmbedded: Bool) throws -> SQLiteStore {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        try store.adoptCluster(id: cluster, isEmbedded: isEmbedded)
        var entries = StoreEntries()
        let write = ReferenceWrite(change: ReferenceSamples.expert(1), origin: .topic(offset: 7))
        #expect(store.commit([entries.inbox(ids: [1]), entries.other(reference: [write])]) == .committed)
        return store
    }
}

extension SQLiteStore {
    fileprivate var lastCommitForTests: Int64 { session?.lastCommit ?? 0 }
}
