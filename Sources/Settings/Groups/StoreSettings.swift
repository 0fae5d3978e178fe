/// `store`: where everything that the service knows is kept.
package struct StoreSettings: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case sqlite
    }

    @Sourced package var kind: Kind = .sqlite
    @Sourced package var path = ConfiguredPath("trade-manager.sqlite")
    /// Days until what no rule can ask for any more may be pruned (R97).
    @Sourced package var retentionDays = 90
}
