/// What an audit comes to: numbers of rows, and of foreign records.
struct AuditCounts: Equatable {
    /// Up to the relay's mark, found exactly once.
    var once = 0
    /// Up to the mark, within the range, not found.
    var missing = 0
    /// Found more than once, wherever they stand to the mark.
    var twice = 0
    /// Records that no row is of.
    var foreign = 0
    /// Found behind a later row of the same key.
    var outOfOrder = 0
    /// Set aside, so that they are not published; and those of them that were found all the same.
    var withdrawn = 0
    var withdrawnFound = 0
    /// Above the mark; and those of them that were found: published, but the store's mark has not followed yet.
    var unpublished = 0
    var unpublishedFound = 0
    /// Not looked for: what was published before the first, or behind the last, record that was looked at.
    var beforeRange = 0
    var behindRange = 0
    /// Not looked for: of partitions that were not asked for.
    var otherPartitions = 0

    /// Whether anything is not as it has to be.
    func differs(strict: Bool) -> Bool {
        missing > 0 || twice > 0 || outOfOrder > 0 || withdrawnFound > 0 || (strict && foreign > 0)
    }
}
