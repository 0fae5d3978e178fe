import Foundation
import Support
import TradePipeline

@testable import TradeStore

/// A path for a store in a folder of its own, removed with this object.
final class TemporaryStore: Sendable {
    let folder: String
    var path: String { folder + "/store.sqlite" }

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static var options: SQLiteStoreOptions {
        var options = SQLiteStoreOptions()
        options.decodeReference = ReferenceSamples.decode
        return options
    }

    /// A bench on the store, whose reopening closes it first.
    func bench(_ options: SQLiteStoreOptions = options) throws -> StoreBench {
        let store = try SQLiteStore.open(path: path, options: options)
        return StoreBench(
            store: store, queries: SQLiteQueries(path: path, options: options),
            reopen: { [self] in
                store.close()
                return try bench(options)
            })
    }
}
