import Foundation
import Support
import Synchronization
import Testing
import TradePipeline

@testable import TradeStore

@Suite("What is reported as durable is durable")
struct DurabilityTests {
    @Test("The connection has the settings that durability hangs on")
    func settings() throws {
        let place = try TemporaryStore()
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let connection = try #require(store.session?.connection)
        #expect(try connection.integer("PRAGMA synchronous") == 2)
        #expect(try connection.integer("PRAGMA foreign_keys") == 0)
        #expect(try connection.integer("PRAGMA wal_autocheckpoint") == 4000)
        #expect(try connection.integer("PRAGMA busy_timeout") == 0)
        #expect(FileManager.default.fileExists(atPath: place.path + "-wal"))
    }

    @Test("Every commit is followed by a sync of the log before it is reported")
    func syncs() async throws {
        let place = try TemporaryStore()
        await #expect(processExitsWith: .success) { [path = place.path as String] in
            SyncCounter.install()
            let store = try SQLiteStore.open(path: path, options: TemporaryStore.options)
            var entries = StoreEntries()
            for _ in 0..<20 {
                let before = SyncCounter.count.load(ordering: .relaxed)
                guard store.commit([entries.inbox(ids: []), entries.inbox(ids: [])]) == .committed,
                    SyncCounter.count.load(ordering: .relaxed) > before
                else { exit(1) }
            }
        }
    }

    @Test("A process that is killed at any statement leaves whole entries only", arguments: 1...60)
    func killed(step: Int) async throws {
        let place = try TemporaryStore()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = place.path as String, step] in
            let seen = Atomic(0)
            let isArmed = Atomic(false)
            var options = TemporaryStore.options
            options.probe = SQLiteProbe { call, _ in
                if call == .step, isArmed.load(ordering: .relaxed),
                    seen.add(1, ordering: .relaxed).newValue == step
                {
                    kill(getpid(), SIGKILL)
                }
                return .proceed
            }
            let store = try SQLiteStore.open(path: path, options: options)
            isArmed.store(true, ordering: .relaxed)
            for group in groups(4) { _ = store.commit(group) }
            kill(getpid(), SIGKILL)
        }
        // A whole number of groups of two entries is there, as a store holds that was given those alone.
        let bench = try place.bench()
        let last = try bench.store.snapshot { _ in }.lastCommit
        #expect(last % 2 == 0)
        let twin = try TemporaryStore().bench()
        for group in groups(Int(last) / 2) { #expect(twin.store.commit(group) == .committed) }
        #expect(try StoreDump.lines(bench, experts: [1]) == StoreDump.lines(twin, experts: [1]))
    }

    @Test("A second process is told who holds the store, and has it once that one is killed")
    func secondProcess() async throws {
        let place = try TemporaryStore()
        let held = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        await #expect(processExitsWith: .success) { [path = place.path as String, holder = getpid() as Int32] in
            do {
                _ = try SQLiteStore.open(path: path, options: TemporaryStore.options)
                exit(1)
            } catch {
                guard let error = error as? StoreError, case .held(_, let found) = error,
                    found?.processID == holder, error.description.contains("process \(holder)")
                else { exit(2) }
            }
        }
        held.close()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = place.path as String] in
            let store = try SQLiteStore.open(path: path, options: TemporaryStore.options)
            withExtendedLifetime(store) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(try SQLiteStore.open(path: place.path, options: TemporaryStore.options).identity.start == 3)
    }

    @Test("The log is bounded: checkpoints follow commits, with a reader that comes and goes")
    func checkpoints() throws {
        let place = try TemporaryStore()
        var options = TemporaryStore.options
        options.checkpointPages = 50
        let store = try SQLiteStore.open(path: place.path, options: options)
        let queries = SQLiteQueries(path: place.path, options: options)
        var entries = StoreEntries()
        for _ in 0..<200 {
            #expect(store.commit((0..<10).map { _ in entries.inbox(ids: [entries.event + 1]) }) == .committed)
            _ = try queries.answer(.outbox(after: 0, limit: 1))
        }
        let size = try FileManager.default.attributesOfItem(atPath: place.path + "-wal")[.size] as? Int
        #expect(try #require(size) < 1_000_000)
    }
}

/// Groups of two entries that set all kinds of rows.
private func groups(_ count: Int) -> [[ChangeSet]] {
    var entries = StoreEntries()
    return (0..<max(0, count)).map { index in
        let id = Int64(index + 1)
        let inbox = entries.inbox(ids: [id])
        return [inbox, entries.entry(symbol: "S\(id)", recommendation: id, run: id, decides: id)]
    }
}
