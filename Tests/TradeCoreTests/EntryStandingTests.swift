import Testing
import TradeCore

@Suite("What an entry would meet")
struct EntryStandingTests {
    @Test(
        "R52, R53, R94: it is what settling meets",
        arguments: [nil, 0, 1, 2] as [Int64?], ["0", "50", "99.5", "100"])
    func agrees(most: Int64?, threshold: String) throws {
        let settings = Make.settings {
            $0.maxOpenPositions = most
            $0.minimumEquityThresholdPercent = threshold.number
        }
        var context = Make.context()
        context.expert = Make.expert(settings)
        context.activePositions = 1
        context.funds.expertUsed = "50".exact
        context.funds.accountUsed = "60".exact
        let standing = try EntryStanding(context)
        let outcome = try #require(TradeManager.settle([Make.candidate(Make.recommendation(1))], in: context).first)
        if let limit = standing.limit {
            #expect(outcome == .skip(reason: .limit, message: limit, existing: nil))
        } else if standing.available < standing.threshold {
            let message = "available equity \(standing.available) is below the threshold \(standing.threshold)"
            #expect(outcome == .skip(reason: .insufficientEquity, message: message, existing: nil))
        } else if case .skip(let reason, _, _) = outcome {
            #expect(reason == .unfunded)
        }
        #expect((standing.limit == nil) == (most.map { $0 > 1 } ?? true))
    }

    @Test("R65: money beyond the range is an error")
    func outOfRange() throws {
        var context = Make.context(funds: Make.funds(balance: "0.5"))
        let huge = ExactDecimal(Int64.max)
        context.funds.accountUsed = try huge.multiplied(by: huge)
        #expect(throws: ArithmeticOverflow.self) { try EntryStanding(context) }
    }
}
