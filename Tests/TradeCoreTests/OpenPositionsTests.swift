import Testing
import TradeCore

@Suite("open_positions")
struct OpenPositionsTests {
    static func settle(
        _ candidate: SettleCandidate, _ context: SettleContext = Make.context(.openPositions)
    ) throws -> CandidateOutcome {
        try #require(TradeManager.settle([candidate], in: context).first)
    }

    static let ids = Make.ids(1)
    static let entry = Make.orderID(.entry, 900)

    @Test(
        "No active position: no_position, whatever the rules say",
        arguments: PositionStatus.allCases.map(Optional.init) + [nil])
    func noPosition(status: PositionStatus?) throws {
        var candidate = Make.manage(status.map { Make.position($0) }) { $0.close = true }
        let reason: SkipReason? = status == .waiting || status == .opened ? nil : .noPosition
        #expect(try Self.settle(candidate).reason == reason)
        candidate.decision = RuleDecision(verdict: .evaluationError("why"), explanation: nil)
        #expect(try Self.settle(candidate).reason == reason ?? .evaluationError)
    }

    @Test("R70: orders of an OPENED position are pending, of a WAITING one wait on its entry", arguments: Side.allCases)
    func statuses(side: Side) throws {
        for status in [PositionStatus.opened, .waiting] {
            let position = Make.position(status, side, stopLoss: nil)
            let outcome = try Self.settle(
                Make.manage(position) {
                    $0.takeProfit = "130".number
                    $0.stopLoss = "90".number
                    $0.shareChange = .decrease(targetPercent: "0.5".number)
                })
            #expect(outcome.orders.map(\.role) == [.takeProfit, .stopLoss, .decrease])
            #expect(outcome.orders.map(\.side) == Array(repeating: side.opposite, count: 3))
            let types: [OrderType] = side == .buy ? [.sellLimit, .sellStop] : [.buyLimit, .buyStop]
            #expect(outcome.orders.map(\.type) == types + [.market])
            #expect(outcome.orders.map(\.id) == [.takeProfit, .stopLoss, .decrease].map { Self.ids.order($0) })
            for order in outcome.orders {
                #expect(order.position == position.id)
                #expect(order.status == (status == .waiting ? .waitingTrigger : .pending))
                #expect(order.parent == (status == .waiting ? Self.entry : nil))
                #expect(order.expiresAt == nil)
            }
        }
    }

    @Test("R66, R72: a close is for all of it and excludes everything else")
    func close() throws {
        let position = Make.position(quantity: "12.5")
        let outcome = try Self.settle(
            Make.manage(position) {
                $0.close = true
                $0.takeProfit = "130".number
                $0.stopLoss = "90".number
                $0.shareChange = .increase(targetPercent: "10".number)
            })
        #expect(
            outcome.orders == [
                PlannedOrder(
                    id: Self.ids.order(.close), position: position.id, role: .close, side: .sell, type: .market,
                    quantity: "12.5".number, status: .pending)
            ])
        #expect(outcome.position?.status == .opened)
        #expect(outcome.position?.takeProfit == nil)
        #expect(outcome.position?.orders.map(\.role) == [.entry, .close])
    }

    @Test("R71: while a close is working nothing is created", arguments: OrderStatus.allCases)
    func working(status: OrderStatus) throws {
        let position = Make.position(orders: [Make.order(.entry, .filled), Make.order(.close, status, id: 5)])
        for candidate in [
            Make.manage(position) { $0.close = true }, Make.manage(position) { $0.takeProfit = "130".number },
        ] {
            #expect(try Self.settle(candidate).reason == (status.isTerminal ? nil : .noPosition))
        }
    }

    @Test(
        "R69: a stop only tightens, strictly; the first one stands as computed",
        arguments: [
            (Side.buy, nil, "95", true), (.buy, "95", "95", false), (.buy, "95", "94.99", false),
            (.buy, "95", "95.01", true), (.sell, nil, "105", true), (.sell, "105", "105", false),
            (.sell, "105", "105.01", false), (.sell, "105", "104.99", true),
        ] as [(Side, String?, String, Bool)])
    func stops(side: Side, current: String?, asked: String, made: Bool) throws {
        let position = Make.position(.opened, side, stopLoss: current)
        let outcome = try Self.settle(Make.manage(position) { $0.stopLoss = asked.number })
        #expect(outcome.orders.count == (made ? 1 : 0))
        #expect(outcome.reason == (made ? nil : .conditionsNotMet))
        if made { #expect(outcome.position?.stopLoss == asked.number) }
    }

    @Test(
        "R69: a take-profit moves both ways, an equal one makes no order",
        arguments: [
            ("120", false), ("119.99", true), ("120.01", true),
        ])
    func takeProfits(asked: String, made: Bool) throws {
        let outcome = try Self.settle(
            Make.manage(Make.position(takeProfit: "120")) { $0.takeProfit = asked.number })
        #expect(outcome.reason == (made ? nil : .conditionsNotMet))
        if made { #expect(outcome.position?.takeProfit == asked.number) }
    }

    @Test("R35: nothing takes effect: the rules' errors are the reason where there were some")
    func nothing() throws {
        var candidate = Make.manage(Make.position(stopLoss: "95")) { $0.stopLoss = "90".number }
        #expect(try Self.settle(candidate).reason == .conditionsNotMet)
        candidate.decision.errors = "rule r: why"
        #expect(try Self.settle(candidate) == .skip(reason: .evaluationError, message: "rule r: why", existing: nil))
        candidate.decision = RuleDecision(verdict: .conditionsNotMet, explanation: nil)
        #expect(try Self.settle(candidate).reason == .conditionsNotMet)
    }

    @Test(
        "R75: an increase up to the target, the maximum and what remains",
        arguments: [
            // Held 10 × 100 = 1,000 of 100,000; the maximum is 10 %.
            ("100", "5", "0", "40"), ("100", "10", "0", "90"), ("100", "50", "0", "90"), ("100", "1", "0", nil),
            ("100", "0.5", "0", nil), ("100", "10", "99000", "10"), ("100", "10", "99950", nil),
            ("300", "10", "0", "23"),
            ("50", "10", "0", "190"), ("50", "10", "90000", "100"),
        ] as [(String, String, String, String?)])
    func increase(price: String, percent: String, used: String, expected: String?) throws {
        let outcome = try Self.settle(
            Make.manage(Make.position(), price: price) { $0.shareChange = .increase(targetPercent: percent.number) },
            Make.context(.openPositions, funds: Make.funds(used: used)))
        #expect(outcome.orders.first?.quantity == expected?.number)
        guard let expected else {
            #expect(outcome.reason == .conditionsNotMet)
            return
        }
        let order = try #require(outcome.orders.first)
        #expect(order.role == .increase && order.side == .buy && order.type == .market)
        #expect(order.expiresAt == Make.now.advanced(bySeconds: 900))
        #expect(outcome.position?.quantity.billionths == 10_000_000_000 + expected.number.billionths)
        #expect(outcome.position?.price == "100".number)
    }

    @Test(
        "R75: a decrease down to the target; one share stays",
        arguments: [
            ("100", "0.5", "5"), ("100", "0.55", "4"), ("100", "0", "9"), ("100", "1", nil), ("100", "2", nil),
            ("1", "0", "9"), ("200", "1", "5"),
        ] as [(String, String, String?)])
    func decrease(price: String, percent: String, expected: String?) throws {
        let outcome = try Self.settle(
            Make.manage(Make.position(), price: price) { $0.shareChange = .decrease(targetPercent: percent.number) })
        #expect(outcome.orders.first?.quantity == expected?.number)
        guard let expected else {
            #expect(outcome.reason == .conditionsNotMet)
            return
        }
        #expect(outcome.orders.first?.side == .sell)
        #expect(outcome.position?.quantity.billionths == 10_000_000_000 - expected.number.billionths)
    }

    @Test("R75: share changes are whole lots")
    func lots() throws {
        let context = Make.context(.openPositions, settings: Make.settings { $0.lotSize = 7 })
        let more = Make.manage(Make.position()) { $0.shareChange = .increase(targetPercent: "5".number) }
        #expect(try Self.settle(more, context).orders.first?.quantity == "35".number)
        let less = Make.manage(Make.position()) { $0.shareChange = .decrease(targetPercent: .zero) }
        #expect(try Self.settle(less, context).orders.first?.quantity == "7".number)
        let single = Make.manage(Make.position(quantity: "1")) { $0.shareChange = .decrease(targetPercent: .zero) }
        #expect(try Self.settle(single).reason == .conditionsNotMet)
    }

    @Test("R75: what an increase takes is gone for the next one")
    func reservation() {
        let positions = (0..<3).map { Make.position(symbol: "S\($0)", number: Int64($0)) }
        let candidates = positions.enumerated().map { place in
            Make.manage(place.element, price: "50", id: Int64(place.offset)) {
                $0.shareChange = .increase(targetPercent: "10".number)
            }
        }
        // Available 30,000; each asks for 190 at max(50, 100).
        let context = Make.context(.openPositions, funds: Make.funds(used: "70000"))
        let outcomes = TradeManager.settle(candidates, in: context)
        #expect(outcomes.map { $0.orders.first?.quantity } == ["190".number, "110".number, nil])
    }

    @Test("R66: protection is for the quantity before the share change of the same pass")
    func quantities() throws {
        let outcome = try Self.settle(
            Make.manage(Make.position()) {
                $0.takeProfit = "130".number
                $0.shareChange = .increase(targetPercent: "2".number)
            })
        #expect(outcome.orders.map(\.quantity) == ["10".number, "10".number])
        #expect(outcome.position?.quantity == "20".number)
    }

    @Test("R93: under a halt of entries there are no increases, everything else goes on")
    func halted() throws {
        let context = Make.context(.openPositions, increasesHalted: true)
        let both = Make.manage(Make.position()) {
            $0.stopLoss = "95".number
            $0.shareChange = .increase(targetPercent: "5".number)
        }
        #expect(try Self.settle(both, context).orders.map(\.role) == [.stopLoss])
        let alone = Make.manage(Make.position()) { $0.shareChange = .increase(targetPercent: "5".number) }
        #expect(try Self.settle(alone, context).reason == .conditionsNotMet)
        let less = Make.manage(Make.position()) { $0.shareChange = .decrease(targetPercent: "0.5".number) }
        #expect(try Self.settle(less, context).orders.map(\.role) == [.decrease])
    }

    @Test("R88: enable_buy and enable_sell concern entries only")
    func sides() throws {
        let settings = Make.settings {
            $0.enableBuy = false
            $0.enableSell = false
        }
        let context = Make.context(.openPositions, settings: settings)
        for side in Side.allCases {
            #expect(
                try Self.settle(Make.manage(Make.position(.opened, side)) { $0.close = true }, context).reason == nil)
        }
    }

    @Test("R65: a share change that is out of range has no effect; protection stands")
    func overflow() throws {
        var context = Make.context(.openPositions)
        context.funds.balance =
            (try? ExactDecimal(Fixed9(billionths: .max)).multiplied(by: ExactDecimal(Fixed9(billionths: .max))))
            ?? .zero
        context.expert.settings.virtualEquityPercent = Fixed9(billionths: .max)
        let change: (inout RequestedActions) -> Void = { $0.shareChange = .increase(targetPercent: "5".number) }
        let alone = try Self.settle(Make.manage(Make.position(), change), context)
        #expect(alone.reason == .evaluationError)
        #expect(alone.message == "the quantity of the share change is out of range")
        let both = Make.manage(Make.position()) {
            $0.takeProfit = "130".number
            change(&$0)
        }
        #expect(try Self.settle(both, context).orders.map(\.role) == [.takeProfit])
    }
}
