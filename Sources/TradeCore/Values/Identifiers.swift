/// The identity of an expert: a strategy instance, `expert_instance_id` on the wire.
package struct ExpertID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: ExpertID, right: ExpertID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}

/// The identity of a trading account, whose money its experts share.
package struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}

/// The identity of a recommendation, unique per (expert, use case) (R13).
package struct RecommendationID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: RecommendationID, right: RecommendationID) -> Bool {
        left.rawValue < right.rawValue
    }

    package var description: String { String(rawValue) }
}

/// The lock key's parts: one expert in one use case. Formatted only for people (design §4).
package struct ExpertUseCase: Hashable, Sendable, CustomStringConvertible {
    package let expert: ExpertID
    package let useCase: UseCase

    package init(expert: ExpertID, useCase: UseCase) {
        self.expert = expert
        self.useCase = useCase
    }

    // The use case as one bit: of its own it would hash the text of its raw value.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(expert.rawValue)
        hasher.combine(useCase == .enterMarket)
    }

    package var description: String { "expert_\(expert)_usecase_\(useCase.rawValue)" }
}
