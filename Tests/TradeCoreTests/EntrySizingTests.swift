import Testing
import TradeCore

@Suite("Sizing of entries")
struct EntrySizingTests {
    /// Quantities, nil where a candidate got none.
    static func quantities(
        _ recommendations: [Recommendation], funds: Funds = Make.funds(), stopLoss: String? = nil,
        _ change: (inout ExpertSettings) -> Void
    ) -> [String?] {
        let candidates = recommendations.map { recommendation in
            Make.candidate(recommendation) { $0.stopLoss = stopLoss?.number }
        }
        let context = Make.context(settings: Make.settings(change), funds: funds)
        return TradeManager.settle(candidates, in: context).map { outcome in
            #expect(outcome.position != nil || outcome.reason == .unfunded)
            return outcome.position.map { ExactDecimal($0.quantity).description }
        }
    }

    static func stocks(_ prices: String...) -> [Recommendation] {
        prices.enumerated().map { Make.recommendation(Int64($0.offset + 1), "S\($0.offset)", price: $0.element) }
    }

    static func cap(_ percent: String) -> (inout ExpertSettings) -> Void {
        { $0.maxVirtualEquityPerInstrumentPercent = percent.number }
    }

    @Test("domain.md's check: balance 100,000, price 100, cap 40 %: 400, 400, 200")
    func example() {
        #expect(Self.quantities(Self.stocks("100", "100", "100"), Self.cap("40")) == ["400", "400", "200"])
        let pending = [("A", "10"), ("B", "30"), ("C", "20")].enumerated().map {
            Make.recommendation(Int64($0.offset), $0.element.0, profit: $0.element.1)
        }
        let order = TradeManager.select(pending, useCase: .enterMarket, limit: Make.now).selected
        #expect(order.map { pending[$0].symbol.text } == ["B", "C", "A"])
    }

    @Test("R57: headroom is of the available equity at the start; remaining falls")
    func remaining() {
        let funds = Make.funds(used: "50000")
        #expect(
            Self.quantities(Self.stocks("100", "100", "100"), funds: funds, Self.cap("40")) == ["200", "200", "100"])
        #expect(Self.quantities(Self.stocks("100", "100"), Self.cap("100")) == ["1000", nil])
    }

    @Test("R58: a CLOSING position in the symbol is used, but not allocated: it lowers available alone")
    func allocated() {
        let closing = Make.position(.closing, symbol: "A", price: "100", quantity: "200")
        let candidate = Make.candidate(Make.recommendation(1, "A"), position: closing)
        let settings = Make.settings(Self.cap("40"))
        let outcome = TradeManager.settle(
            [candidate], in: Make.context(settings: settings, funds: Make.funds(used: "20000")))
        // 40 % of 80,000, and nothing of the 20,000 off it.
        #expect(outcome.first?.position?.quantity == "320".number)
    }

    @Test("R64: sizing uses price_at_date, whatever the target; no fees, longs and shorts cost price × quantity")
    func cost() throws {
        for action in [RecommendedAction.buy, .overweight, .sell, .underweight] {
            let stocks = [
                Make.recommendation(1, "A", action, price: "62.5", target: "900"),
                Make.recommendation(2, "B", action, price: "100", target: "1"),
            ]
            #expect(Self.quantities(stocks, Self.cap("99.95")) == ["1599", nil])
            let outcome = TradeManager.settle(
                stocks.map { Make.candidate($0) }, in: Make.context(settings: Make.settings(Self.cap("50"))))
            #expect(outcome.map { $0.position?.quantity } == ["800".number, "500".number])
            #expect(try outcome.compactMap(\.position).map(TradeManager.used(by:)) == ["50000".exact, "50000".exact])
        }
    }

    @Test("R59: floored after the division, exact between, floored to the lot")
    func floors() {
        #expect(Self.quantities(Self.stocks("300"), Self.cap("10")) == ["33"])
        let weighted = Self.quantities(Self.stocks("300", "300")) {
            $0.diversificationFactor = "0.5".number
            $0.instrumentWeights = ["S0".symbol: "99".number, "S1".symbol: "50".number]
        }
        // 33 × 0.5 × 0.99 = 16.335; the last one is not diversified: 33 × 0.5 = 16.5.
        #expect(weighted == ["16", "16"])
        let lots = Self.quantities(Self.stocks("300")) {
            $0.lotSize = 10
            $0.instrumentWeights = ["S0".symbol: "99".number]
        }
        #expect(lots == ["30"])
    }

    @Test("R60: diversification while another candidate follows, funded or not; a factor of 1 or more changes nothing")
    func diversification() {
        let half: (inout ExpertSettings) -> Void = { $0.diversificationFactor = "0.5".number }
        #expect(Self.quantities(Self.stocks("100"), half) == ["100"])
        #expect(Self.quantities(Self.stocks("100", "100"), half) == ["50", "100"])
        #expect(Self.quantities(Self.stocks("100", "1000000"), half) == ["50", nil])
        #expect(Self.quantities(Self.stocks("100", "100")) { $0.diversificationFactor = "2".number } == ["100", "100"])
    }

    @Test("R60: one that fails its own checks, or that a limit keeps out, is no other candidate")
    func others() {
        let settings = Make.settings { $0.diversificationFactor = "0.5".number }
        let blocked = [
            Make.candidate(Make.recommendation(1, "A")),
            Make.candidate(Make.recommendation(2, "B"), position: Make.position(symbol: "B")),
        ]
        let outcomes = TradeManager.settle(blocked, in: Make.context(settings: settings))
        #expect(outcomes.first?.position?.quantity == "100".number)
        var limited = settings
        limited.maxOpenPositions = 1
        let two = [Make.candidate(Make.recommendation(1, "A")), Make.candidate(Make.recommendation(2, "B"))]
        let kept = TradeManager.settle(two, in: Make.context(settings: limited))
        #expect(kept.map(\.reason) == [nil, .limit])
        #expect(kept.first?.position?.quantity == "100".number)
    }

    @Test(
        "R61: a weight above 100 is cut to what is affordable",
        arguments: [
            ("50", "50"), ("100", "100"), ("150", "100"), ("0.5", "1"),
        ])
    func weights(weight: String, expected: String) {
        #expect(
            Self.quantities(Self.stocks("100")) { $0.instrumentWeights = ["S0".symbol: weight.number] } == [expected])
    }

    @Test("R61: a weight above 100 makes up for diversification")
    func weightAndDiversification() {
        let both: (inout ExpertSettings) -> Void = {
            $0.diversificationFactor = "0.5".number
            $0.instrumentWeights = ["S0".symbol: "150".number]
        }
        #expect(Self.quantities(Self.stocks("100", "100"), both) == ["75", "100"])
    }

    @Test("R62: one lot at least, where the budget pays for it")
    func leastLot() {
        // Headroom is 10,000.
        #expect(Self.quantities(Self.stocks("10000")) { _ in } == ["1"])
        #expect(Self.quantities(Self.stocks("10000.01")) { _ in } == [nil])
        #expect(Self.quantities(Self.stocks("5000", "5000")) { $0.diversificationFactor = "0.1".number } == ["1", "2"])
        #expect(Self.quantities(Self.stocks("100")) { $0.lotSize = 100 } == ["100"])
        #expect(Self.quantities(Self.stocks("100")) { $0.lotSize = 101 } == [nil])
        let lots = Self.quantities(Self.stocks("100", "100")) {
            $0.lotSize = 60
            $0.diversificationFactor = "0.1".number
        }
        #expect(lots == ["60", "60"])
        #expect(Self.quantities(Self.stocks("100")) { $0.lotSize = .max } == [nil])
    }

    @Test("R62: one lot is the least also of what remains")
    func leastOfRemaining() {
        #expect(Self.quantities(Self.stocks("60000", "40000", "1"), Self.cap("100")) == ["1", "1", nil])
        #expect(Self.quantities(Self.stocks("60000", "40000.01", "1"), Self.cap("100")) == ["1", nil, "40000"])
    }

    @Test(
        "R63: risk_atr: the risk by the stop distance, floored at min_stop_loss_pct, capped by headroom and cash",
        arguments: [
            // Risk 1 % of 100,000 is 1,000; price 100.
            ("90", "100", "100"), ("95", "100", "142"), (nil, "100", "142"), ("0.01", "100", "10"),
            ("110", "100", "100"),
            ("90", "5", "50"),
        ] as [(String?, String, String)])
    func risk(stopLoss: String?, cap: String, expected: String) {
        let quantities = Self.quantities(Self.stocks("100"), stopLoss: stopLoss) {
            $0.sizingMode = .riskATR
            $0.maxVirtualEquityPerInstrumentPercent = cap.number
        }
        #expect(quantities == [expected])
    }

    @Test("R63: diversification, weight and the least lot do not apply")
    func riskAlone() {
        func sized(_ change: (inout ExpertSettings) -> Void) -> [String?] {
            Self.quantities(Self.stocks("100", "100"), stopLoss: "90") {
                $0.sizingMode = .riskATR
                $0.maxVirtualEquityPerInstrumentPercent = "100".number
                change(&$0)
            }
        }
        #expect(sized { $0.diversificationFactor = "0.5".number } == ["100", "100"])
        #expect(sized { $0.instrumentWeights = ["S0".symbol: "10".number] } == ["100", "100"])
        #expect(sized { $0.lotSize = 30 } == ["90", "90"])
        #expect(sized { $0.lotSize = 101 } == [nil, nil])
        #expect(sized { $0.riskPerTradePercent = "8".number } == ["800", "200"])
        #expect(sized { $0.riskPerTradePercent = .zero } == [nil, nil])
    }

    @Test("R63: a distance of 0 is unfunded, and no stop-loss order is added")
    func riskWithoutStop() {
        let none = Self.quantities(Self.stocks("100")) {
            $0.sizingMode = .riskATR
            $0.minStopLossPercent = .zero
        }
        #expect(none == [nil])
        let settings = Make.settings { $0.sizingMode = .riskATR }
        let outcome = TradeManager.settle([Make.candidate()], in: Make.context(settings: settings))
        #expect(outcome.first?.orders.map(\.role) == [.entry])
    }

    @Test("Positions are numbered on")
    func numbers() {
        let candidates = [
            Make.candidate(Make.recommendation(1, "A")),
            Make.candidate(Make.recommendation(2, "B"), position: Make.position(symbol: "B")),
            Make.candidate(Make.recommendation(3, "C")),
        ]
        let outcomes = TradeManager.settle(candidates, in: Make.context())
        #expect(outcomes.map { $0.position?.number } == [50, nil, 51])
    }
}
