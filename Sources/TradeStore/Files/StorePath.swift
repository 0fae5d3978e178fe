import Foundation

/// The one path of a store: two processes that come to it through different links have to meet at one lock.
enum StorePath {
    /// `path` without links where the file is there, else as it is; a link to nothing is refused, because what it will lead to
    /// is not known before the file is made.
    static func resolved(_ path: String) throws(StoreError) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        var status = stat()
        guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
            throw .unusable(
                path: path, reason: "it is a link to a file that is not there; name that file in store.path")
        }
        return path
    }
}
