package import TradeCore

/// What is not to be published of what the outbox holds already (R93, R95). In force until the relay's mark has passed `through`.
package struct Withdrawal: Hashable, Sendable {
    package enum Scope: Hashable, Sendable {
        /// Entries and increases of what a halt covers (R93).
        case halt(HaltScope)
        /// Every order of a position: its entry was withdrawn (R95).
        case position(UniqueID)
    }

    package var scope: Scope
    /// The highest outbox number that was given out when it was made: what came later is not concerned.
    package var through: Int64
    /// `halted`, `expired` or `undeliverable`.
    package var reason: SkipReason
    /// Why, for people.
    package var message: String

    package init(scope: Scope, through: Int64, reason: SkipReason, message: String) {
        self.scope = scope
        self.through = through
        self.reason = reason
        self.message = message
    }

    /// Of a halt: what it covers of the outbox up to a number.
    package init(_ halt: Halt, through: Int64) {
        self.init(scope: .halt(halt.scope), through: through, reason: .halted, message: halt.message)
    }
}

/// A row of the outbox that is set aside: it is not published, and its number says so in the store.
package struct WithdrawnRow: Hashable, Sendable {
    package var number: Int64
    package var reason: SkipReason

    package init(number: Int64, reason: SkipReason) {
        self.number = number
        self.reason = reason
    }
}

/// How outputs are published.
package enum RelayDelivery: String, Hashable, Sendable, CaseIterable {
    /// In Kafka transactions, with the mark in the same one (G5).
    case exactlyOnce
    /// Plainly: after a failure a row may come twice.
    case atLeastOnce
}

/// Where the relay publishes to, and how: written down in the store before the first row goes there.
package struct RelayPlace: Hashable, Sendable {
    /// Names the cluster and the relay's group, so that another place is told apart; "" for a sink that holds no mark.
    package var name: String
    package var delivery: RelayDelivery

    package init(name: String, delivery: RelayDelivery) {
        self.name = name
        self.delivery = delivery
    }
}

/// What the store knows of the relay besides its mark (design §6).
package struct RelayNote: Hashable, Sendable {
    package var place: RelayPlace
    /// The last stop left nothing in doubt, and since then nothing was sent: the store's mark is all that there is to know.
    package var isClean: Bool

    package init(place: RelayPlace, isClean: Bool) {
        self.place = place
        self.isClean = isClean
    }

    /// Whether a place has to hold a mark of ours: one was put there, and since then something may have been published.
    package func expectsMark(at name: String) -> Bool { !isClean && place.name == name && !name.isEmpty }
}
