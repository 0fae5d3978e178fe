import CSystem
import Foundation
import Telemetry

/// The lock beside a store, `<path>.lock`: one active process per embedded store (G10).
///
/// A lock of the operating system, so that it ends with its process, however that ends. The file stays: removing it would
/// let two processes lock two files of one name.
package final class StoreLock {
    let descriptor: Int32

    /// Takes the lock at once, or throws `held` with its holder, or `unusable`.
    package init(store: String) throws(StoreError) {
        let path = store + ".lock"
        let opened = openLockFile(path)
        guard opened >= 0 else { throw StoreLock.unusable(store, path, errno) }
        while csystem_lock_exclusively(opened) != 0 {
            let reason = errno
            if reason == EINTR { continue }
            let holder = LockHolder(text: StoreLock.read(opened))
            close(opened)
            if reason == EWOULDBLOCK { throw .held(path: store, holder: holder) }
            throw StoreLock.unusable(store, path, reason)
        }
        descriptor = opened
        let holder = LockHolder(
            processID: getpid(), host: ProcessInfo.processInfo.hostName, since: WallTime.text(WallTime.now))
        if !StoreLock.write(holder.text, to: opened) {
            let reason = errno
            close(opened)
            throw StoreLock.unusable(store, path, reason)
        }
    }

    /// Closing alone would leave it locked for as long as a child between fork and exec has the same opening.
    deinit {
        _ = csystem_unlock(descriptor)
        close(descriptor)
    }

    private static func unusable(_ store: String, _ path: String, _ reason: Int32) -> StoreError {
        .unusable(
            path: store,
            reason: "\(path): \(String(cString: strerror(reason))); make its folder, with space left and the right to "
                + "write there, or set store.path")
    }

    private static func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        guard ftruncate(descriptor, 0) == 0 else { return false }
        return pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
    }
}

private func openLockFile(_ path: String) -> Int32 { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
