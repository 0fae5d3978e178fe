/// Who holds a store's lock, as the holder wrote it into the lock file.
package struct LockHolder: Hashable, Sendable, CustomStringConvertible {
    package var processID: Int32
    package var host: String
    /// RFC 3339.
    package var since: String

    package var description: String { "process \(processID) on \(host) since \(since)" }

    init(processID: Int32, host: String, since: String) {
        self.processID = processID
        self.host = host
        self.since = since
    }

    /// Reads the lock file's text; nil where it is no such text.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, let processID = Int32(lines[0]) else { return nil }
        self.init(processID: processID, host: String(lines[1]), since: String(lines[2]))
    }

    /// The lock file's text.
    var text: String { "\(processID)\n\(host)\n\(since)\n" }
}
