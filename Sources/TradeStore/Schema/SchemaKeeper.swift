import Foundation
import Telemetry
import TradeCore

/// Brings a store's file to the present schema, and checks that it has it.
struct SchemaKeeper {
    let connection: Connection
    let migrations: [Migration]

    /// Makes the schema in a new file; migrates an older one after a snapshot; refuses a newer or a foreign one.
    func prepare() throws(StoreError) {
        let found = try version()
        let known = Int64(migrations.count)
        guard found <= known else { throw .newerSchema(path: connection.path, found: found, known: known) }
        if found > 0, found < known { try snapshot(before: migrations[Int(found)].name) }
        if found < known { try migrate(from: Int(found)) }
        try check()
    }

    /// The number of migrations that the file has seen; 0 for an empty file.
    private func version() throws(StoreError) -> Int64 {
        do {
            let application = try connection.integer("PRAGMA application_id") ?? 0
            let version = try connection.integer("PRAGMA user_version") ?? 0
            let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
            if application == StoreSchema.applicationID, version > 0 { return version }
            if application == StoreSchema.copyApplicationID { throw StoreError.copy(path: connection.path) }
            if application == 0, version == 0, isEmpty { return 0 }
            throw StoreError.foreignFile(
                path: connection.path, reason: "application id \(application), version \(version)")
        } catch { throw StoreError(error, path: connection.path) }
    }

    private func migrate(from first: Int) throws(StoreError) {
        var name = ""
        do {
            try connection.execute("BEGIN IMMEDIATE")
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS migrations(number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                    + "applied_at INTEGER NOT NULL) STRICT")
            for (index, migration) in migrations.enumerated().dropFirst(first) {
                name = migration.name
                try connection.execute(migration.sql)
                let note = try connection.statement("INSERT INTO migrations VALUES (?, ?, ?)")
                note.bind(1, integer: Int64(index + 1))
                note.bind(2, text: migration.name)
                note.bind(3, integer: WallTime.now)
                try note.run()
            }
            try connection.execute("PRAGMA application_id = \(StoreSchema.applicationID)")
            try connection.execute("PRAGMA user_version = \(migrations.count)")
            try connection.execute("COMMIT")
        } catch {
            // What can't be rolled back now is rolled back when the file is opened again.
            try? connection.rollBack()
            if error.mayPass { throw StoreError(error, path: connection.path) }
            throw .migration(path: connection.path, name: name, cause: String(describing: error))
        }
    }

    /// A copy of the store beside it, whole or not there at all.
    private func snapshot(before name: String) throws(StoreError) {
        let label = String(name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        let final = "\(connection.path).before-\(label).sqlite"
        let part = final + ".part"
        unlink(part)
        do {
            let copy = try connection.statement("VACUUM INTO ?")
            copy.bind(1, text: part)
            try copy.run()
        } catch { throw StoreError(error, path: connection.path) }
        let descriptor = open(part, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0, rename(part, final) == 0 else {
            throw .unusable(
                path: connection.path,
                reason: "the snapshot \(final) before migration '\(name)': \(String(cString: strerror(errno)))")
        }
    }

    /// Compares the file's tables and indexes with those that the migrations make: guarantees hang on them (G3).
    private func check() throws(StoreError) {
        do {
            let names = try differences()
            guard names.isEmpty else {
                throw StoreError.damaged(
                    path: connection.path, reason: "tables or indexes differ: \(names.joined(separator: ", "))")
            }
        } catch { throw StoreError(error, path: connection.path) }
    }

    /// The names of tables and indexes that are not as the migrations make them.
    func differences() throws -> [String] {
        let model = try Connection(path: ":memory:", mode: .readWrite)
        try SchemaKeeper(connection: model, migrations: migrations).migrate(from: 0)
        let expected = try SchemaKeeper.objects(of: model)
        let found = try SchemaKeeper.objects(of: connection)
        return expected.keys.filter { found[$0] != expected[$0] }.sorted()
            + found.keys.filter { expected[$0] == nil }.sorted()
    }

    private static func objects(of connection: Connection) throws(SQLiteFailure) -> [String: String] {
        let query = try connection.statement(
            "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        defer { query.reset() }
        var result: [String: String] = [:]
        while try query.step() { result[query.text(0)] = query.text(1) }
        return result
    }
}
