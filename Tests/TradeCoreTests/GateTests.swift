import Testing
import TradeCore

@Suite("Gates")
struct GateTests {
    static func context(_ useCase: UseCase, _ change: (inout GateContext) -> Void) -> GateContext {
        var context = GateContext(
            expertID: ExpertID(1), useCase: useCase, expert: Make.expert(),
            account: Account(id: AccountID(1), balance: "1".number, buyingPower: "1".number),
            ruleset: Ruleset(id: "entry", rules: []))
        change(&context)
        return context
    }

    /// Each closes one gate more than the one after it in the order of domain.md.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: SkipReason
        let close: @Sendable (inout GateContext) -> Void
    }

    static let cases: [Case] = [
        Case(testDescription: "halt", reason: .halted) { $0.halt = "halted by an operator" },
        Case(testDescription: "expert", reason: .unknownExpert) { $0.expert = nil },
        Case(testDescription: "account", reason: .unknownExpert) { $0.account = nil },
        Case(testDescription: "enabled", reason: .expertDisabled) { $0.expert?.enabled = false },
        Case(testDescription: "automation", reason: .automationDisabled) {
            $0.expert?.settings.allowAutomatedTradeOpening = false
            $0.expert?.settings.allowAutomatedTradeModification = false
        },
        Case(testDescription: "ruleset not set", reason: .noRuleset) {
            $0.expert?.enterMarketRuleset = nil
            $0.expert?.openPositionsRuleset = nil
        },
        Case(testDescription: "ruleset unknown", reason: .noRuleset) { $0.ruleset = nil },
    ]

    @Test("R21: all gates open", arguments: UseCase.allCases)
    func open(useCase: UseCase) {
        #expect(TradeManager.closedGate(Self.context(useCase) { _ in }) == nil)
    }

    @Test(
        "R20, R21: each gate has its reason, and the first that is closed counts", arguments: UseCase.allCases,
        cases.indices)
    func order(useCase: UseCase, index: Int) {
        let alone = TradeManager.closedGate(Self.context(useCase, Self.cases[index].close))
        #expect(alone?.reason == Self.cases[index].reason)
        #expect(alone?.message.isEmpty == false)
        let withAllBehind = Self.context(useCase) { context in
            // Those on the expert first: a later nil expert must not undo them.
            for later in Self.cases[index...].reversed() { later.close(&context) }
        }
        #expect(TradeManager.closedGate(withAllBehind)?.reason == Self.cases[index].reason)
    }

    @Test("R21: each use case has its own permission and its own ruleset")
    func separate() {
        for useCase in UseCase.allCases {
            let other = Self.context(useCase) {
                if useCase == .enterMarket {
                    $0.expert?.settings.allowAutomatedTradeModification = false
                    $0.expert?.openPositionsRuleset = nil
                } else {
                    $0.expert?.settings.allowAutomatedTradeOpening = false
                    $0.expert?.enterMarketRuleset = nil
                }
            }
            #expect(TradeManager.closedGate(other) == nil)
        }
    }

    @Test("R93: the halt's message is passed on")
    func halt() {
        let gate = TradeManager.closedGate(Self.context(.enterMarket) { $0.halt = "account 1: flood" })
        #expect(gate == ClosedGate(reason: .halted, message: "account 1: flood"))
    }
}
