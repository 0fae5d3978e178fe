/// Entries of the commit queue that are durable, to be let go of.
package final class SpentEntries: @unchecked Sendable {
    // Unchecked: nobody reads them any more.
    private let entries: [QueuedEntry]

    init(_ entries: [QueuedEntry]) { self.entries = entries }
}
