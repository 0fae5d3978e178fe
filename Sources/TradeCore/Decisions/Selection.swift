/// Which of the pending recommendations a pass decides by rules, and which it skips before that (domain.md, enter_market 2; R22–R27).
package struct Selection: Hashable, Sendable {
    /// A recommendation that is skipped without evaluation; `index` is its place in the pending list.
    package struct Skipped: Hashable, Sendable {
        package var index: Int
        package var reason: SkipReason
        package var message: String

        package init(index: Int, reason: SkipReason, message: String) {
            self.index = index
            self.reason = reason
            self.message = message
        }
    }

    /// By recommendation id (R77).
    package var skipped: [Skipped]
    /// Places in the pending list, in priority order (R26).
    package var selected: [Int]

    package init(skipped: [Skipped], selected: [Int]) {
        self.skipped = skipped
        self.selected = selected
    }
}
