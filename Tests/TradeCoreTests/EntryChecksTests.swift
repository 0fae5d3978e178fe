import Testing
import TradeCore

@Suite("Checks of an entry")
struct EntryChecksTests {
    static func settle(
        _ candidate: SettleCandidate, _ context: SettleContext = Make.context()
    ) throws -> CandidateOutcome {
        try #require(TradeManager.settle([candidate], in: context).first)
    }

    @Test("An entry: WAITING position, market order, protection waiting on its fill")
    func whole() throws {
        let candidate = Make.candidate(Make.recommendation(41, price: "100.5")) {
            $0.takeProfit = "110".number
            $0.stopLoss = "95".number
        }
        let outcome = try Self.settle(candidate)
        let ids = Make.ids(41)
        let quantity = "99".number
        let entry = ids.order(.entry)
        #expect(
            outcome.orders == [
                PlannedOrder(
                    id: entry, position: ids.position, role: .entry, side: .buy, type: .market, quantity: quantity,
                    status: .pending, expiresAt: Make.now.advanced(bySeconds: 900)),
                PlannedOrder(
                    id: ids.order(.takeProfit), position: ids.position, role: .takeProfit, side: .sell,
                    type: .sellLimit, quantity: quantity, limitPrice: "110".number, status: .waitingTrigger,
                    parent: entry),
                PlannedOrder(
                    id: ids.order(.stopLoss), position: ids.position, role: .stopLoss, side: .sell, type: .sellStop,
                    quantity: quantity, stopPrice: "95".number, status: .waitingTrigger, parent: entry),
            ])
        #expect(
            outcome.position
                == Position(
                    number: 50, id: ids.position, expert: ExpertID(1), symbol: Symbol("AAPL"), side: .buy,
                    status: .waiting, recommendation: RecommendationID(41), quantity: quantity, price: "100.5".number,
                    createdAt: Make.now, takeProfit: "110".number, stopLoss: "95".number,
                    orders: [
                        PositionOrder(
                            id: entry, role: .entry, status: .pending, quantity: quantity, price: nil,
                            createdAt: Make.now),
                        PositionOrder(
                            id: ids.order(.takeProfit), role: .takeProfit, status: .waitingTrigger,
                            quantity: quantity, price: "110".number, createdAt: Make.now),
                        PositionOrder(
                            id: ids.order(.stopLoss), role: .stopLoss, status: .waitingTrigger, quantity: quantity,
                            price: "95".number, createdAt: Make.now),
                    ]))
    }

    @Test("R66: a short sells to enter and buys to protect")
    func short() throws {
        let candidate = Make.candidate(Make.recommendation(1, "A", .underweight)) {
            $0.takeProfit = "90".number
            $0.stopLoss = "105".number
        }
        let orders = try Self.settle(candidate).orders
        #expect(orders.map(\.side) == [.sell, .buy, .buy])
        #expect(orders.map(\.type) == [.market, .buyLimit, .buyStop])
        #expect(orders.map(\.limitPrice) == [nil, "90".number, nil])
        #expect(orders.map(\.stopPrice) == [nil, nil, "105".number])
    }

    @Test("R95: entries carry expires_at, null without valid_for, protection never")
    func expiry() throws {
        let never = try Self.settle(Make.candidate { $0.stopLoss = "95".number }, Make.context(validFor: nil))
        #expect(never.orders.allSatisfy { $0.expiresAt == nil })
        let soon = try Self.settle(Make.candidate { $0.stopLoss = "95".number }, Make.context(validFor: 1))
        #expect(soon.orders.map(\.expiresAt) == [Make.now.advanced(bySeconds: 1), nil])
    }

    @Test(
        "G3: an active position stops the entry, with its id and status", arguments: [PositionStatus.waiting, .opened])
    func existing(status: PositionStatus) throws {
        let position = Make.position(status)
        let outcome = try Self.settle(Make.candidate(position: position))
        let message = "existing transaction \(position.id) in \(status.rawValue) status"
        #expect(outcome == .skip(reason: .existingTransaction, message: message, existing: position))
    }

    @Test("R73: a position that is not active hinders no entry", arguments: [PositionStatus.closing, .closed, .failed])
    func notActive(status: PositionStatus) throws {
        #expect(try Self.settle(Make.candidate(position: Make.position(status))).orders.count == 1)
    }

    @Test(
        "R50: the entry action must agree with the recommendation's side", arguments: RecommendedAction.allCases,
        Side.allCases)
    func sideAgrees(action: RecommendedAction, asked: Side) throws {
        let candidate = Make.candidate(Make.recommendation(1, "A", action)) { $0.entry = asked }
        let sells = action == .sell || action == .underweight
        let outcome = try Self.settle(candidate)
        #expect(outcome.reason == (asked == (sells ? .sell : .buy) ? nil : .sideNotPermitted))
    }

    @Test("enable_buy and enable_sell", arguments: [true, false], [true, false])
    func sideEnabled(buy: Bool, sell: Bool) throws {
        let context = Make.context(
            settings: Make.settings {
                $0.enableBuy = buy
                $0.enableSell = sell
            })
        #expect(try Self.settle(Make.candidate(), context).reason == (buy ? nil : .sideNotPermitted))
        let short = Make.candidate(Make.recommendation(1, "A", .sell))
        #expect(try Self.settle(short, context).reason == (sell ? nil : .sideNotPermitted))
    }

    @Test("R30: the rules' verdict is the reason")
    func verdicts() throws {
        var candidate = Make.candidate()
        candidate.decision = RuleDecision(verdict: .conditionsNotMet, explanation: nil)
        #expect(try Self.settle(candidate).reason == .conditionsNotMet)
        candidate.decision = RuleDecision(verdict: .evaluationError("rule r: why"), explanation: nil)
        #expect(
            try Self.settle(candidate) == .skip(reason: .evaluationError, message: "rule r: why", existing: nil))
        candidate.decision = Make.requested { $0.takeProfit = "1".number }
        #expect(try Self.settle(candidate).reason == .conditionsNotMet)
    }

    @Test("R51: the first check that fails gives the reason")
    func order() throws {
        var candidate = Make.candidate(position: Make.position(.opened))
        candidate.decision = RuleDecision(verdict: .evaluationError("why"), explanation: nil)
        var context = Make.context(
            settings: Make.settings {
                $0.enableBuy = false
                $0.maxOpenPositions = 0
                $0.maxVirtualEquityPerInstrumentPercent = .zero
            }, funds: Make.funds(used: "100000"))
        #expect(try Self.settle(candidate, context).reason == .evaluationError)
        candidate.decision = Make.requested { $0.entry = .buy }
        #expect(try Self.settle(candidate, context).reason == .existingTransaction)
        candidate.position = nil
        #expect(try Self.settle(candidate, context).reason == .sideNotPermitted)
        context.expert.settings.enableBuy = true
        #expect(try Self.settle(candidate, context).reason == .limit)
        context.expert.settings.maxOpenPositions = nil
        #expect(try Self.settle(candidate, context).reason == .insufficientEquity)
        context.funds = Make.funds()
        #expect(try Self.settle(candidate, context).reason == .unfunded)
        context.expert.settings.maxVirtualEquityPerInstrumentPercent = "10".number
        #expect(try Self.settle(candidate, context).reason == nil)
    }

    @Test("R94: limits count what is there and what the pass made before")
    func limits() {
        let candidates = (1...4).map { Make.candidate(Make.recommendation(Int64($0), "S\($0)")) }
        func made(_ active: Int, _ hour: Int, _ maxOpen: Int64?, _ maxHour: Int64?) -> [SkipReason?] {
            let settings = Make.settings {
                $0.maxOpenPositions = maxOpen
                $0.maxEntriesPerHour = maxHour
            }
            let context = Make.context(settings: settings, active: active, entriesInHour: hour)
            return TradeManager.settle(candidates, in: context).map(\.reason)
        }
        #expect(made(3, 9, nil, nil) == [nil, nil, nil, nil])
        #expect(made(1, 0, 3, nil) == [nil, nil, .limit, .limit])
        #expect(made(3, 0, 3, nil) == [.limit, .limit, .limit, .limit])
        #expect(made(0, 1, nil, 2) == [nil, .limit, .limit, .limit])
        #expect(made(0, 0, 0, nil).allSatisfy { $0 == .limit })
        #expect(made(.max, .max, .max, .max).allSatisfy { $0 == .limit })
        #expect(made(0, 0, .max, .max) == [nil, nil, nil, nil])
    }

    @Test("R94: what is not made does not count")
    func limitsCountEntries() {
        let settings = Make.settings { $0.maxOpenPositions = 1 }
        let candidates = [
            Make.candidate(Make.recommendation(1, "A", price: "1000000")), Make.candidate(Make.recommendation(2, "B")),
            Make.candidate(Make.recommendation(3, "C")),
        ]
        let outcomes = TradeManager.settle(candidates, in: Make.context(settings: settings))
        #expect(outcomes.map(\.reason) == [.unfunded, nil, .limit])
    }

    @Test("R52, R53: the threshold, equal to it suffices, and the greater of the two counts")
    func threshold() throws {
        func reason(used: String, minimum: String, balance: String) throws -> SkipReason? {
            let settings = Make.settings {
                $0.virtualEquityPercent = "50".number
                $0.minimumEquityThresholdPercent = minimum.number
                $0.minAvailableBalancePercent = balance.number
                $0.maxVirtualEquityPerInstrumentPercent = "100".number
            }
            let context = Make.context(settings: settings, funds: Make.funds(used: used))
            return try Self.settle(Make.candidate(Make.recommendation(price: "1")), context).reason
        }
        #expect(try reason(used: "45000", minimum: "5", balance: "10") == nil)
        #expect(try reason(used: "45000.01", minimum: "5", balance: "10") == .insufficientEquity)
        #expect(try reason(used: "45000.01", minimum: "5", balance: "9") == nil)
        #expect(try reason(used: "45000.01", minimum: "10", balance: "0") == .insufficientEquity)
    }

    @Test("R53: every candidate is checked against what was available at the start")
    func checkedOnce() {
        let settings = Make.settings {
            $0.maxVirtualEquityPerInstrumentPercent = "100".number
            $0.minimumEquityThresholdPercent = "60".number
        }
        let candidates = [
            Make.candidate(Make.recommendation(1, "A", price: "70000")), Make.candidate(Make.recommendation(2, "B")),
        ]
        let outcomes = TradeManager.settle(candidates, in: Make.context(settings: settings))
        #expect(outcomes.map { $0.position?.quantity } == ["1".number, "300".number])
    }

    @Test(
        "R55: available is the least of three",
        arguments: [
            ("100000", "100000", "60000", "60000", "0", "40000"), ("100000", "100000", "0", "70000", "0", "30000"),
            ("100000", "30000", "0", "0", "10000", "20000"),
        ])
    func available(
        balance: String, buyingPower: String, used: String, accountUsed: String, ordered: String, expected: String
    ) throws {
        let settings = Make.settings { $0.maxVirtualEquityPerInstrumentPercent = "100".number }
        let funds = Make.funds(
            balance: balance, buyingPower: buyingPower, used: used, accountUsed: accountUsed, ordered: ordered)
        let outcome = try Self.settle(
            Make.candidate(Make.recommendation(price: "1")), Make.context(settings: settings, funds: funds))
        #expect(outcome.position?.quantity == expected.number)
    }

    @Test("R65: an overflow is an evaluation error, and the next candidate is settled")
    func overflow() {
        var context = Make.context(settings: Make.settings { $0.maxVirtualEquityPerInstrumentPercent = "100".number })
        let candidates = [
            Make.candidate(Make.recommendation(1, "A", price: "0.000000001")),
            Make.candidate(Make.recommendation(2, "B", price: "100")),
        ]
        #expect(TradeManager.settle(candidates, in: context).map(\.reason) == [.evaluationError, nil])
        let huge = try? ExactDecimal(Fixed9(billionths: .max)).multiplied(by: ExactDecimal(Fixed9(billionths: .max)))
        context.funds.balance = huge ?? .zero
        context.expert.settings.virtualEquityPercent = Fixed9(billionths: .max)
        #expect(
            TradeManager.settle(candidates, in: context).map(\.reason) == [.evaluationError, .evaluationError])
        context = Make.context()
        context.nextPositionNumber = .max
        let plain = [Make.candidate(Make.recommendation(1, "A")), Make.candidate(Make.recommendation(2, "B"))]
        #expect(TradeManager.settle(plain, in: context).map(\.reason) == [nil, .evaluationError])
    }
}
