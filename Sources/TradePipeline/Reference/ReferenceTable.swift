import TradeContracts
import TradeCore

/// Reference data as it holds for every pass that settles from now on, with the totals of the accounts.
///
/// A key is set by a record of the topic or by the file; the topic wins (R87). After the first full read of the topic, what it
/// does not hold and no file sets is deleted (R98).
///
/// An object: as a value its dictionaries would be retained whenever one of them is read.
final class ReferenceTable {
    /// An object, because it is looked up for every pass, and values are large.
    final class Versioned<Value> {
        let value: Value
        let version: Int64

        init(value: Value, version: Int64) {
            self.value = value
            self.version = version
        }
    }

    /// What positions bind (R54, R55).
    struct Totals {
        var used = ExactDecimal.zero
        var ordered = ExactDecimal.zero
    }

    private(set) var accounts: [AccountID: Account] = [:]
    private(set) var experts: [ExpertID: Versioned<Expert>] = [:]
    private(set) var rulesets: [String: Versioned<CompiledRuleset>] = [:]
    /// By expert, for all that have open positions, whether they are known or not.
    private(set) var expertTotals: [ExpertID: Totals] = [:]
    /// By account: the sum of its experts'. Nil inside: out of range, and nothing of the account can be sized.
    private(set) var accountTotals: [AccountID: Totals?] = [:]
    private var origins: [ReferenceKey: ReferenceOrigin] = [:]
    /// Grows with every change of what is known: what was found at a version holds while it is the same.
    private(set) var version: Int64 = 0
    private var inFile: [ReferenceKey: ReferenceChange] = [:]
    private var inTopic: Set<ReferenceKey> = []

    func ruleset(of expert: Expert, for useCase: UseCase) -> Versioned<CompiledRuleset>? {
        expert.ruleset(for: useCase).flatMap { rulesets[$0] }
    }

    /// Whether a record at this offset is newer than what set its key.
    func isNewer(_ key: ReferenceKey, offset: Int64, deletes: Bool) -> Bool {
        if deletes { inTopic.remove(key) } else { inTopic.insert(key) }
        guard case .topic(let known) = origins[key] else { return true }
        return offset > known
    }

    /// Takes over what the store held at start.
    func restore(_ writes: [ReferenceWrite]) {
        for write in writes { apply(write) }
    }

    /// Applies a change that is queued for the store; returns what would take it back.
    @discardableResult
    func apply(_ write: ReferenceWrite) -> ReferenceWrite {
        let key = write.change.key
        let before = ReferenceWrite(
            change: ReferenceChange(key: key, value: current(key), json: []), origin: origins[key] ?? .file)
        version += 1
        origins[write.change.key] = write.change.value == nil ? nil : write.origin
        switch (write.change.key, write.change.value) {
        case (.account(let id), .account(let account)): accounts[id] = account
        case (.account(let id), _): accounts[id] = nil
        case (.expert(let id), .expert(let expert)): set(id, Versioned(value: expert, version: version))
        case (.expert(let id), _): set(id, nil)
        case (.ruleset(let id), .ruleset(let ruleset)):
            rulesets[id] = Versioned(value: CompiledRuleset(ruleset), version: version)
        case (.ruleset(let id), _): rulesets[id] = nil
        }
        return before
    }

    /// The changes that a file makes: those whose key no record of the topic has set.
    func changes(ofFile changes: [ReferenceChange]) -> [ReferenceWrite] {
        var writes: [ReferenceWrite] = []
        for change in changes {
            inFile[change.key] = change
            if case .topic = origins[change.key] { continue }
            if current(change.key) != change.value { writes.append(ReferenceWrite(change: change, origin: .file)) }
        }
        return writes
    }

    /// The changes that follow the first full read of the topic (R98), in a fixed order.
    func changesAfterFullRead() -> [ReferenceWrite] {
        var writes: [ReferenceWrite] = []
        for key in origins.keys.sorted(by: ReferenceTable.precedes) where !inTopic.contains(key) {
            if let change = inFile[key] {
                // One that the file had set already is among the changes of the file.
                if origins[key] != .file { writes.append(ReferenceWrite(change: change, origin: .file)) }
            } else {
                let deletion = ReferenceChange(key: key, value: nil, json: [])
                writes.append(ReferenceWrite(change: deletion, origin: .file))
            }
        }
        return writes
    }

    func current(_ key: ReferenceKey) -> ReferenceValue? {
        switch key {
        case .account(let id): accounts[id].map { .account($0) }
        case .expert(let id): experts[id].map { .expert($0.value) }
        case .ruleset(let id): rulesets[id].map { .ruleset($0.value.source) }
        }
    }

    /// What the positions of an account's experts bind; nil where it is out of range.
    func totals(of account: AccountID) -> Totals? { accountTotals[account, default: Totals()] }

    /// What the positions of an expert bind.
    func totals(of expert: ExpertID) -> Totals { expertTotals[expert] ?? Totals() }

    /// Books what the positions of an expert bind from now on, on its account, too.
    func setTotals(of expert: ExpertID, _ totals: Totals) {
        // Looked up once for the totals that are there as for those that come.
        let isNothing = totals.used.mantissa == 0 && totals.ordered.mantissa == 0
        let known =
            isNothing
            ? expertTotals.removeValue(forKey: expert) : expertTotals.updateValue(totals, forKey: expert)
        let before = known ?? Totals()
        if let account = experts[expert]?.value.account { book(account, minus: before, plus: totals) }
    }

    // An expert that moves to another account takes what its positions bind with it.
    private func set(_ id: ExpertID, _ expert: Versioned<Expert>?) {
        let before = experts[id]?.value.account
        let after = expert?.value.account
        experts[id] = expert
        guard before != after, let totals = expertTotals[id] else { return }
        if let before { book(before, minus: totals, plus: Totals()) }
        if let after { book(after, minus: Totals(), plus: totals) }
    }

    private func book(_ account: AccountID, minus: Totals, plus: Totals) {
        do throws(ArithmeticOverflow) {
            let index = accountTotals.index(forKey: account)
            guard let known = index.map({ accountTotals.values[$0] }) ?? Totals() else {
                // It was out of range: only a new sum says whether it still is.
                accountTotals[account] = .some(try sum(of: account))
                return
            }
            let used = try known.used.subtracting(minus.used).adding(plus.used)
            let ordered = try known.ordered.subtracting(minus.ordered).adding(plus.ordered)
            let totals = Totals(used: used, ordered: ordered)
            if let index { accountTotals.values[index] = totals } else { accountTotals[account] = .some(totals) }
        } catch {
            accountTotals[account] = .some(nil)
        }
    }

    private func sum(of account: AccountID) throws(ArithmeticOverflow) -> Totals {
        var sum = Totals()
        for (expert, totals) in expertTotals where experts[expert]?.value.account == account {
            sum.used = try sum.used.adding(totals.used)
            sum.ordered = try sum.ordered.adding(totals.ordered)
        }
        return sum
    }

    private static func precedes(_ left: ReferenceKey, _ right: ReferenceKey) -> Bool {
        switch (left, right) {
        case (.account(let a), .account(let b)): a < b
        case (.expert(let a), .expert(let b)): a < b
        case (.ruleset(let a), .ruleset(let b)): a < b
        case (.account, _): true
        case (.expert, .ruleset): true
        default: false
        }
    }
}
