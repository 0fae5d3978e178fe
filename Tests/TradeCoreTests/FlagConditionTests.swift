import Testing
import TradeCore

@Suite("Flag conditions")
struct FlagConditionTests {
    static func holds(_ condition: String, _ subject: EvaluationSubject) -> Bool {
        let ruleset = Ruleset(
            id: "r", rules: [Make.rule("r", [Make.trigger(condition)], [Make.action("buy"), Make.action("close")])])
        let decision = TradeManager.evaluate(subject, ruleset: ruleset, explain: false)
        #expect(decision.error == nil, "\(condition) is a flag: what is absent is no error (R32)")
        return decision.requested != nil
    }

    static let ratings: [(name: String, action: RecommendedAction)] = [
        ("negative", .sell), ("neutral", .hold), ("positive", .buy),
    ]

    @Test("bullish is BUY and bearish is SELL alone", arguments: RecommendedAction.allCases)
    func direction(action: RecommendedAction) {
        let subject = Make.subject(Make.recommendation(1, "A", action))
        #expect(Self.holds("bullish", subject) == (action == .buy))
        #expect(Self.holds("bearish", subject) == (action == .sell))
    }

    @Test("R39: current ratings", arguments: RecommendedAction.allCases)
    func currentRating(action: RecommendedAction) {
        let subject = Make.subject(Make.recommendation(1, "A", action))
        let names: [(String, RecommendedAction)] = [
            ("positive", .buy), ("overweight", .overweight), ("neutral", .hold), ("underweight", .underweight),
            ("negative", .sell),
        ]
        for (name, rating) in names { #expect(Self.holds("current_rating_\(name)", subject) == (action == rating)) }
    }

    @Test("R39, R32: upgrades, downgrades and changes of rating; ERROR and an absent previous one make all false")
    func ratingMoves() {
        let order: [RecommendedAction] = [.sell, .underweight, .hold, .overweight, .buy]
        for current in RecommendedAction.allCases {
            for previous in RecommendedAction.allCases.map(Optional.init) + [nil] {
                let subject = Make.subject(
                    Make.recommendation(2, "A", current), previous: previous.map { Make.recommendation(1, "A", $0) })
                let places = (order.firstIndex(of: current), previous.flatMap { order.firstIndex(of: $0) })
                let step: Int =
                    if case (let now?, let before?) = places { now - before } else { 0 }
                #expect(Self.holds("rating_upgraded", subject) == (step > 0))
                #expect(Self.holds("rating_downgraded", subject) == (step < 0))
                for from in Self.ratings {
                    for to in Self.ratings {
                        let expected = previous == from.action && current == to.action
                        #expect(Self.holds("rating_\(from.name)_to_\(to.name)", subject) == expected)
                    }
                }
            }
        }
    }

    @Test("R41: only WAITING and OPENED positions are seen", arguments: PositionStatus.allCases, Side.allCases)
    func positions(status: PositionStatus, side: Side) {
        for useCase in UseCase.allCases {
            let subject = Make.subject(useCase: useCase, position: Make.position(status, side))
            let seen = status == .waiting || status == .opened
            #expect(Self.holds("has_position", subject) == seen)
            #expect(Self.holds("has_no_position", subject) == !seen)
            #expect(Self.holds("has_buy_position", subject) == (seen && side == .buy))
            #expect(Self.holds("has_sell_position", subject) == (seen && side == .sell))
        }
        #expect(Self.holds("has_no_position", Make.subject()))
        #expect(!Self.holds("has_position", Make.subject()))
    }

    @Test("R32: horizons and risks, absent ones false")
    func horizonAndRisk() {
        let horizons: [(String, TimeHorizon)] = [
            ("short_term", .shortTerm), ("medium_term", .mediumTerm), ("long_term", .longTerm),
        ]
        for horizon in TimeHorizon.allCases.map(Optional.init) + [nil] {
            let subject = Make.subject(Make.recommendation(horizon: horizon))
            for (name, expected) in horizons { #expect(Self.holds(name, subject) == (horizon == expected)) }
        }
        let risks: [(String, RiskLevel)] = [("lowrisk", .low), ("mediumrisk", .medium), ("highrisk", .high)]
        for risk in RiskLevel.allCases.map(Optional.init) + [nil] {
            let subject = Make.subject(Make.recommendation(risk: risk))
            for (name, expected) in risks { #expect(Self.holds(name, subject) == (risk == expected)) }
        }
    }

    @Test(
        "R44: the 2 % tolerance is strict",
        arguments: [
            ("102.000000001", true, false), ("102", false, false), ("98", false, false), ("97.999999999", false, true),
            ("100", false, false),
        ])
    func tolerance(target: String, higher: Bool, lower: Bool) {
        let subject = Make.subject(
            Make.recommendation(target: target), position: Make.position(takeProfit: "100"))
        #expect(Self.holds("new_target_higher", subject) == higher)
        #expect(Self.holds("new_target_lower", subject) == lower)
    }

    @Test("R32: without a target, a position or a take-profit there is no new target")
    func noTarget() {
        let protected = Make.position(takeProfit: "100")
        let absent = [
            Make.subject(Make.recommendation(profit: nil), position: protected),
            Make.subject(Make.recommendation(target: "200")),
            Make.subject(Make.recommendation(target: "200"), position: Make.position()),
            Make.subject(Make.recommendation(target: "200"), position: Make.position(.closing, takeProfit: "100")),
        ]
        for subject in absent {
            #expect(!Self.holds("new_target_higher", subject))
            #expect(!Self.holds("new_target_lower", subject))
        }
    }
}
