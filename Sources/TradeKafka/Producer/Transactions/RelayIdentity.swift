package import TradePipeline

/// Who publishes, and under which name: the relay's group and transactional id (design §6).
package struct RelayIdentity: Hashable, Sendable {
    /// Two stores that publish to one topic have to meet here, so by default it follows from the orders topic.
    package var relayID: String
    package var owner: StoreOwner

    package init(relayID: String, owner: StoreOwner) {
        self.relayID = relayID
        self.owner = owner
    }

    /// The name that follows from an orders topic.
    package static func relayID(ordersTopic: String) -> String { "trade-manager-relay.\(ordersTopic)" }

    var rules: RelayMarkRules { RelayMarkRules(owner: owner, relayID: relayID) }
}
