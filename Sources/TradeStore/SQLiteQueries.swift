import TradeContracts
import TradeCore
package import TradePipeline

/// The store in one SQLite file, as the reader's thread sees it: read-only, it never writes and never checkpoints.
///
/// Opened after the `SQLiteStore` of the same path, at the first question, and anew after an error. Belongs to one thread.
package final class SQLiteQueries: Queries {
    private let path: String
    private let options: SQLiteStoreOptions
    private var session: QuerySession?

    package init(path: String, options: SQLiteStoreOptions = SQLiteStoreOptions()) {
        self.path = path
        self.options = options
    }

    /// Answers from one state of the store, whatever is committed meanwhile.
    package func answer(_ request: LoadRequest) throws -> LoadAnswer {
        do {
            let session = try session ?? QuerySession(path: path, options: options)
            self.session = session
            return try session.answer(request)
        } catch {
            session = nil
            throw StoreError(error, path: path)
        }
    }
}
