package import TradeContracts

/// Where a replay's records come from, in the order in which they count (R86): a file, or ranges of topics.
///
/// One call at a time, but on whatever thread.
package struct ReplaySource {
    /// The next record; nil at the end.
    package var next: () throws -> EnvelopeRecord?
    /// Where the last record stands, for people.
    package var place: () -> String
    /// How much is read, from 0 to 1; nil where that isn't known.
    package var progress: () -> Double?

    package init(
        next: @escaping () throws -> EnvelopeRecord?, place: @escaping () -> String,
        progress: @escaping () -> Double? = { nil }
    ) {
        self.next = next
        self.place = place
        self.progress = progress
    }

    /// The records of a file, in file order.
    package init(_ file: EnvelopeFile, path: String) {
        self.init(
            next: {
                do throws(ContractError) {
                    return try file.next()
                } catch {
                    throw ContractError("\(path): \(error)")
                }
            }, place: { "\(path): line \(file.line)" }, progress: { file.progress })
    }
}
