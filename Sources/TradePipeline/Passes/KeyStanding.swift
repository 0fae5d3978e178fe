import TradeCore

/// What reference data and halts say of a lock key: looked up once, and kept with the key until one of them changes.
final class KeyStanding {
    /// The first closed gate; nil where all are open.
    let gate: ClosedGate?
    /// Nil where the reference data does not hold it.
    let expert: ReferenceTable.Versioned<Expert>?
    let ruleset: ReferenceTable.Versioned<CompiledRuleset>?
    let account: Account?
    private let referenceVersion: Int64
    private let haltVersion: Int64

    init(of key: ExpertUseCase, in reference: ReferenceTable, _ halts: HaltTable, haltVersion: Int64) {
        let expert = reference.experts[key.expert]
        let account = expert.flatMap { reference.accounts[$0.value.account] }
        let ruleset = expert.flatMap { reference.ruleset(of: $0.value, for: key.useCase) }
        self.expert = expert
        self.account = account
        self.ruleset = ruleset
        gate = TradeManager.closedGate(
            GateContext(
                expertID: key.expert, useCase: key.useCase, expert: expert?.value, account: account,
                ruleset: ruleset?.value.source, halt: halts.halt(of: key, account: expert?.value.account)?.message))
        referenceVersion = reference.version
        self.haltVersion = haltVersion
    }

    /// Whether it is still so.
    func holds(_ reference: ReferenceTable, haltVersion: Int64) -> Bool {
        referenceVersion == reference.version && self.haltVersion == haltVersion
    }
}

extension Pipeline {
    /// What holds for a key now.
    func standing(of key: KeyState) -> KeyStanding {
        if let known = key.standing, known.holds(reference, haltVersion: haltVersion) { return known }
        let standing = KeyStanding(of: key.key, in: reference, halts, haltVersion: haltVersion)
        key.standing = standing
        return standing
    }
}

extension HaltTable {
    /// The halt under which a key decides nothing: of everything, and in enter_market also one of entries only.
    fileprivate func halt(of key: ExpertUseCase, account: AccountID?) -> Halt? {
        key.useCase == .enterMarket
            ? ofEntries(key.expert, account: account) : ofEverything(key.expert, account: account)
    }
}
