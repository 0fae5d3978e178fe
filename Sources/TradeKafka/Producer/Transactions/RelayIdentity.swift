package import TradePipeline

/// Under which name the relay keeps its mark at a real Kafka, and whose it is (G6, design §6).
package struct RelayIdentity: Hashable, Sendable {
    /// The id of the relay's group and of its transactions. Two stores that publish to one topic have the same, so that they meet.
    package var relayID: String
    /// Who writes the mark, and whose marks are taken for one's own.
    package var owner: StoreOwner

    package init(relayID: String, owner: StoreOwner) {
        self.relayID = relayID
        self.owner = owner
    }

    /// The id where `kafka.relay_id` names none.
    package static func defaultID(ordersTopic: String) -> String { "trade-manager-relay.\(ordersTopic)" }

    var rules: RelayMarkRules { RelayMarkRules(owner: owner, relayID: relayID) }
}
