/// What a halt covers (R93).
package enum HaltScope: Hashable, Sendable, CustomStringConvertible {
    case all
    case account(AccountID)
    case expert(ExpertID)

    /// Whether an expert of an account is concerned.
    package func covers(_ expert: ExpertID, account: AccountID) -> Bool {
        switch self {
        case .all: true
        case .account(let id): id == account
        case .expert(let id): id == expert
        }
    }

    package var description: String {
        switch self {
        case .all: "all"
        case .account(let id): "account \(id)"
        case .expert(let id): "expert \(id)"
        }
    }
}

/// An operator's order not to trade, in force until it is lifted (R93).
package struct Halt: Hashable, Sendable {
    package var scope: HaltScope
    /// Only entries and increases are halted; what protects and closes positions goes on.
    package var entriesOnly: Bool
    /// In the operator's words.
    package var reason: String
    package var since: Timestamp

    package init(scope: HaltScope, entriesOnly: Bool, reason: String, since: Timestamp) {
        self.scope = scope
        self.entriesOnly = entriesOnly
        self.reason = reason
        self.since = since
    }

    /// What a closed gate says of it.
    package var message: String { "\(scope) is halted\(entriesOnly ? " for entries" : ""): \(reason)" }
}

/// A change of what is halted.
package enum HaltChange: Hashable, Sendable {
    /// In place of the halt of the same scope and kind, where there is one.
    case halt(Halt)
    /// Lifts the scope's halts: of both kinds, or the one of entries only.
    case resume(HaltScope, entriesOnly: Bool, reason: String)
}

/// What is halted: at most one halt of everything and one of entries only for each scope.
package struct HaltTable: Hashable, Sendable {
    private struct Key: Hashable {
        let scope: HaltScope
        let entriesOnly: Bool
    }

    private var halts: [Key: Halt] = [:]

    package init(_ halts: [Halt] = []) {
        for halt in halts { apply(.halt(halt)) }
    }

    /// All of them: first those of everything, then by scope, the widest first.
    package var all: [Halt] {
        halts.values.sorted { left, right in
            let (first, second) = (HaltTable.order(left), HaltTable.order(right))
            return first < second
        }
    }

    package mutating func apply(_ change: HaltChange) {
        switch change {
        case .halt(let halt): halts[Key(scope: halt.scope, entriesOnly: halt.entriesOnly)] = halt
        case .resume(let scope, let entriesOnly, _):
            halts[Key(scope: scope, entriesOnly: true)] = nil
            if !entriesOnly { halts[Key(scope: scope, entriesOnly: false)] = nil }
        }
    }

    /// The halt of everything that covers an expert; the widest where several do.
    package func ofEverything(_ expert: ExpertID, account: AccountID?) -> Halt? {
        find(expert, account, entriesOnly: false)
    }

    /// The halt that keeps an expert from entering and increasing: one of everything, or one of entries only.
    package func ofEntries(_ expert: ExpertID, account: AccountID?) -> Halt? {
        find(expert, account, entriesOnly: false) ?? find(expert, account, entriesOnly: true)
    }

    private func find(_ expert: ExpertID, _ account: AccountID?, entriesOnly: Bool) -> Halt? {
        if halts.isEmpty { return nil }
        if let halt = halts[Key(scope: .all, entriesOnly: entriesOnly)] { return halt }
        if let account, let halt = halts[Key(scope: .account(account), entriesOnly: entriesOnly)] { return halt }
        return halts[Key(scope: .expert(expert), entriesOnly: entriesOnly)]
    }

    private static func order(_ halt: Halt) -> (Int, Int, Int64) {
        switch halt.scope {
        case .all: (halt.entriesOnly ? 1 : 0, 0, 0)
        case .account(let id): (halt.entriesOnly ? 1 : 0, 1, id.rawValue)
        case .expert(let id): (halt.entriesOnly ? 1 : 0, 2, id.rawValue)
        }
    }
}
