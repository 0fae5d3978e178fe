/// A path in the configuration. A relative one is relative to the folder of the file that names it, and to the current folder
/// where an environment variable or a flag names it.
package struct ConfiguredPath: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    package var written: String
    /// What it is relative to; empty: the current folder.
    package var folder: String

    package init(_ written: String, in folder: String = "") {
        self.written = written
        self.folder = folder
    }

    /// The path to open.
    package var path: String {
        written.hasPrefix("/") || folder.isEmpty
            ? written : folder.hasSuffix("/") ? folder + written : folder + "/" + written
    }

    package var description: String { path }
}
