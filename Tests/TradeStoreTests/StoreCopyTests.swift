import CSQLite
import Foundation
import Support
import Testing
import TradePipeline

@testable import TradeStore

@Suite("A copy of a store")
struct StoreCopyTests {
    private let place: TemporaryStore
    private var file: String { place.folder + "/copy.sqlite" }

    init() throws { place = try TemporaryStore() }

    private func dump(_ path: String) throws -> [String] {
        let connection = try Connection(path: path, mode: .readOnly)
        var lines: [String] = []
        for table in try texts(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
            let columns = try texts(connection, "SELECT group_concat(quote(name)) FROM pragma_table_info('\(table)')")
            let list = columns.joined().replacing("'", with: "\"").replacing(",", with: ")||','||quote(")
            lines += try texts(connection, "SELECT '\(table) ' || quote(\(list)) FROM \(table) ORDER BY 1")
        }
        return lines
    }

    private func texts(_ connection: Connection, _ sql: String) throws -> [String] {
        let row = try connection.statement(sql)
        defer { row.reset() }
        var result: [String] = []
        while try row.step() { result.append(row.text(0)) }
        return result
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing"
        } catch { return "\(error)" }
    }

    @Test("It holds one state, of a store that is in use and goes on, and can be looked into")
    func holdsOneState() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        #expect(
            store.commit([entries.inbox(ids: [1, 2]), entries.entry(recommendation: 1, run: 1, decides: 1)])
                == .committed)
        let before = try dump(place.path)
        let copy = try StoreCopy.make(of: place.path, to: file, options: TemporaryStore.options)
        #expect(copy.path == file && copy.size > 4_096 && copy.lastCommit == 2)
        #expect(store.commit([entries.inbox(ids: [3])]) == .committed)
        #expect(try dump(file) == before)
        let inspector = try StoreInspector(path: file, options: TemporaryStore.options)
        #expect(try inspector.isCopy() && inspector.unfinishedPositions().count == 1)
        #expect(try !StoreInspector(path: place.path, options: TemporaryStore.options).isCopy())
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.folder).filter { $0.hasPrefix("copy") } == [
                "copy.sqlite"
            ])
    }

    @Test("G6: it is not run as a second live store, until an operator says so")
    func isNotRun() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        #expect(store.commit([entries.inbox(ids: [1])]) == .committed)
        _ = try StoreCopy.make(of: place.path, to: file, options: TemporaryStore.options)
        let refusal = message { _ = try SQLiteStore.open(path: file, options: TemporaryStore.options) }
        #expect(refusal.contains("is a copy") && refusal.contains("store accept owner"), "\(refusal)")
        #expect(try StoreInspector(path: file, options: TemporaryStore.options).isCopy())
        for _ in 0..<2 { try StoreCopy.accept(path: file, options: TemporaryStore.options) }
        let accepted = try SQLiteStore.open(path: file, options: TemporaryStore.options)
        #expect(accepted.identity.id == store.identity.id && accepted.lastCommit == 1)
        #expect(accepted.commit([entries.inbox(ids: [2])]) == .committed)
        // Whoever holds it is not disturbed.
        #expect(message { try StoreCopy.accept(path: file) }.contains("is held by"))
    }

    @Test("A copy of a copy is one")
    func again() throws {
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options).close()
        _ = try StoreCopy.make(of: place.path, to: file, options: TemporaryStore.options)
        let second = place.folder + "/second.sqlite"
        _ = try StoreCopy.make(of: file, to: second, options: TemporaryStore.options)
        #expect(
            message { _ = try SQLiteStore.open(path: second, options: TemporaryStore.options) }.contains("is a copy"))
    }

    @Test("Nothing that is there is replaced, and nothing is left where it can't be made")
    func refusals() throws {
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options).close()
        try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
        let dangling = place.folder + "/dangling"
        try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: place.folder + "/nothing")
        for target in [file, place.path, place.folder, dangling] {
            let text = message { _ = try StoreCopy.make(of: place.path, to: target, options: TemporaryStore.options) }
            #expect(text.contains("\(target) is there already"), "\(text)")
        }
        #expect(FileManager.default.contents(atPath: file) == Data("mine".utf8))
        #expect(
            message { _ = try StoreCopy.make(of: place.path, to: place.folder + "/none/x") }.contains("unable to open"))
        #expect(
            message { _ = try StoreCopy.make(of: place.folder + "/none", to: dangling + "2") }.contains(
                "unable to open"))
        for (call, match) in [("open", ""), ("step", "VACUUM"), ("execute", "application_id")] {
            var options = TemporaryStore.options
            options.probe = SQLiteProbe { made, subject in
                let isMeant =
                    (call == "open" && made == .open) || (call == "step" && made == .step)
                    || (call == "execute" && made == .execute)
                return isMeant && (match.isEmpty || subject.contains(match)) ? .instead(SQLITE_FULL) : .proceed
            }
            #expect(
                message { _ = try StoreCopy.make(of: place.path, to: dangling + "2", options: options) }.contains(
                    "SQLite 13"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: place.folder)
        #expect(names.allSatisfy { !$0.contains("part") && !$0.hasPrefix("dangling2") }, "\(names)")
    }

    @Test("The writer commits while a copy is made, and the copy is of one state")
    func writerGoesOn() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let entries = Box(StoreEntries())
        for _ in 0..<50 {
            let commits = (0..<20).map { _ in entries.value.inbox(ids: []) }
            #expect(store.commit(commits) == .committed)
        }
        let before = try dump(place.path)
        let (source, target) = (place.path, file)
        let copying = Thread { _ = try? StoreCopy.make(of: source, to: target, options: TemporaryStore.options) }
        copying.start()
        var commits = 0
        while !copying.isFinished {
            #expect(store.commit([entries.value.inbox(ids: [])]) == .committed)
            commits += 1
        }
        #expect(commits > 0)
        let copied = try dump(file)
        #expect(copied.count >= before.count)
        let connection = try Connection(path: file, mode: .readOnly)
        #expect(try connection.integer("SELECT last_event - (SELECT count(*) FROM events) FROM store") == 0)
        #expect(try texts(connection, "PRAGMA integrity_check") == ["ok"])
    }
}
