import CSQLite
import Synchronization

/// A layer under SQLite that counts how often files are synchronised with the disk. Becomes the default of its process, so it
/// belongs into one that ends with the test.
enum SyncCounter {
    static let count = Atomic(0)

    static func install() {
        guard let original = sqlite3_vfs_find(nil) else { return }
        originals.vfs = original
        let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        layer.initialize(to: original.pointee)
        layer.pointee.pNext = nil
        layer.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let vfs = SyncCounter.originals.vfs, let open = vfs.pointee.xOpen else { return SQLITE_CANTOPEN }
            let code = open(vfs, name, file, flags, outFlags)
            if code == SQLITE_OK, let file { SyncCounter.wrap(file) }
            return code
        }
        name.withUTF8Buffer {
            layer.pointee.zName = UnsafeRawPointer($0.baseAddress)?.assumingMemoryBound(to: CChar.self)
        }
        sqlite3_vfs_register(layer, 1)
    }

    private static let name: StaticString = "sync-counter"

    private struct Originals {
        var vfs: UnsafeMutablePointer<sqlite3_vfs>?
        /// The methods that files have, which stay: a file does not free what it is closed with.
        var wrapped: [UnsafeMutablePointer<sqlite3_io_methods>] = []
        var sync: (@convention(c) (UnsafeMutablePointer<sqlite3_file>?, Int32) -> Int32)?
    }

    // One thread only: that of the test's own process.
    nonisolated(unsafe) private static var originals = Originals()

    /// Files have methods by kind; how they synchronise is the same for all.
    private static func wrap(_ file: UnsafeMutablePointer<sqlite3_file>) {
        guard let methods = file.pointee.pMethods else { return }
        originals.sync = methods.pointee.xSync
        let wrapped = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        wrapped.initialize(to: methods.pointee)
        wrapped.pointee.xSync = { file, flags in
            SyncCounter.count.add(1, ordering: .relaxed)
            return SyncCounter.originals.sync?(file, flags) ?? SQLITE_IOERR
        }
        originals.wrapped.append(wrapped)
        file.pointee.pMethods = UnsafePointer(wrapped)
    }
}
