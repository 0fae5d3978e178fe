import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

/// What stops an entry of an expert in a symbol now, as a pass that settled now would find it.
struct EntryReport {
    private let inspector: StoreInspector
    private let topics: TopicNames
    private let expertID: ExpertID
    private let symbol: Symbol
    private let now: Timestamp

    init(_ inspector: StoreInspector, _ topics: TopicNames, expert: ExpertID, symbol: Symbol, now: Timestamp) {
        self.inspector = inspector
        self.topics = topics
        expertID = expert
        self.symbol = symbol
        self.now = now
    }

    func add(to text: inout ReportText) throws {
        let reference = StoredReference(try inspector.reference())
        let positions = try inspector.unfinishedPositions()
        let own = positions.filter { $0.expert == expertID && $0.symbol == symbol }
        var reasons = closedGates(reference, try inspector.halts())
        for position in own where position.status.isActive {
            reasons.append("\(SkipReason.existingTransaction.rawValue): \(position.summary)")
        }
        var money: [String] = []
        if let expert = reference.experts[expertID], let account = reference.accounts[expert.account] {
            reasons += EntryReport.sides(expert.settings)
            let found = try standing(expert, account, positions, reference)
            reasons += found.reasons
            money = found.money
        }
        if reasons.isEmpty {
            text.add(0, "nothing stops an entry of expert \(expertID) in \(symbol)")
        } else {
            text.add(0, "an entry of expert \(expertID) in \(symbol) is stopped by")
            for reason in reasons { text.add(1, reason) }
        }
        for line in money { text.add(0, line) }
        for position in own where !position.status.isActive {
            text.add(0, "\(position.summary): hinders no entry, but binds its money until it is closed")
        }
        guard let latest = try inspector.latest(expertID, symbol) else {
            return text.add(0, "the store has no recommendation of expert \(expertID) in \(symbol)")
        }
        text.add(0, "the latest recommendation in \(symbol):")
        let outputs = try inspector.published(
            containing: OutputSearch.bytes(of: latest.recommendation.recommendation.id))
        try DecisionReport(inspector, topics).add(latest, outputs, depth: 1, to: &text)
    }

    /// All gates that are closed: each is opened after it is told, up to one that leaves nothing to look at.
    private func closedGates(_ reference: StoredReference, _ halts: HaltTable) -> [String] {
        let expert = reference.experts[expertID]
        let halt = halts.ofEntries(expertID, account: expert?.account)
        var context = GateContext(
            expertID: expertID, useCase: .enterMarket, expert: expert,
            account: expert.flatMap { reference.accounts[$0.account] },
            ruleset: expert?.enterMarketRuleset.flatMap { reference.rulesets[$0] },
            halt: halt.map { "\($0.message), since \($0.since.text)" })
        var reasons: [String] = []
        while let gate = TradeManager.closedGate(context) {
            reasons.append("\(gate.reason.rawValue): \(gate.message)")
            switch gate.reason {
            case .halted: context.halt = nil
            case .expertDisabled: context.expert?.enabled = true
            case .automationDisabled: context.expert?.settings.allowAutomatedTradeOpening = true
            default: return reasons
            }
        }
        return reasons
    }

    /// The sides that are not permitted: of the one that a recommendation asks for no entry is made (R51).
    private static func sides(_ settings: ExpertSettings) -> [String] {
        let closed = [(settings.enableBuy, "enable_buy"), (settings.enableSell, "enable_sell")].filter { !$0.0 }
        return closed.count < 2 ? [] : ["\(SkipReason.sideNotPermitted.rawValue): enable_buy and enable_sell are false"]
    }

    /// Limits and money, with what they are found from.
    private func standing(
        _ expert: Expert, _ account: Account, _ positions: [Position], _ reference: StoredReference
    ) throws -> (reasons: [String], money: [String]) {
        let hourAgo = now.advanced(bySeconds: -3600)
        let entries = try inspector.lastEntries(of: expertID).count { $0 > hourAgo && $0 <= now }
        let active = positions.count { $0.expert == expertID && $0.status.isActive }
        do throws(ArithmeticOverflow) {
            let funds = try reference.funds(of: expert, account, positions)
            let standing = try EntryStanding(
                SettleContext(
                    useCase: .enterMarket, expert: expert, funds: funds, now: now, validFor: nil,
                    activePositions: active, entriesInHour: entries, nextPositionNumber: 1))
            var reasons: [String] = []
            if let limit = standing.limit { reasons.append("\(SkipReason.limit.rawValue): \(limit)") }
            if standing.available < standing.threshold {
                reasons.append(
                    "\(SkipReason.insufficientEquity.rawValue): available equity \(standing.available) is below the "
                        + "threshold \(standing.threshold)")
            } else if standing.available <= .zero {
                reasons.append("\(SkipReason.unfunded.rawValue): available equity is \(standing.available)")
            }
            return (
                reasons,
                [
                    "account \(account.id): balance \(funds.balance), buying power \(funds.buyingPower), used "
                        + "\(funds.accountUsed), ordered \(funds.accountOrdered)",
                    "expert \(expertID): virtual equity \(standing.virtual), used \(funds.expertUsed), available "
                        + "\(standing.available), threshold \(standing.threshold), active positions \(active), entries in "
                        + "the hour before \(now.text): \(entries)",
                ]
            )
        } catch {
            return (["\(SkipReason.evaluationError.rawValue): the money of account \(account.id) is out of range"], [])
        }
    }
}
