import Support
import Testing
import TradeCore

@Suite("Selection")
struct SelectionTests {
    static let limit = Make.now.advanced(bySeconds: -Make.day)

    static func select(_ pending: [Recommendation], _ useCase: UseCase = .enterMarket) -> Selection {
        TradeManager.select(pending, useCase: useCase, limit: limit)
    }

    static func reasons(_ selection: Selection) -> [SkipReason] { selection.skipped.map(\.reason) }

    @Test("R28: nothing pending selects nothing")
    func empty() { #expect(Self.select([]) == Selection(skipped: [], selected: [])) }

    @Test("R22: created at the limit is not stale, a microsecond before is", arguments: UseCase.allCases)
    func stale(useCase: UseCase) {
        let before = Timestamp(microseconds: Self.limit.microseconds - 1)
        let selection = Self.select(
            [Make.recommendation(1, "A", at: Self.limit), Make.recommendation(2, "B", at: before)], useCase)
        #expect(selection.selected == [0])
        #expect(selection.skipped.map(\.index) == [1])
        #expect(Self.reasons(selection) == [.stale])
    }

    @Test("R22: a stale recommendation supersedes nothing and is not superseded")
    func staleAlone() {
        let old = Make.recommendation(9, "A", at: Self.limit.advanced(bySeconds: -1))
        #expect(Self.reasons(Self.select([old])) == [.stale])
    }

    @Test("R23: a newer HOLD withdraws an older BUY")
    func hold() {
        let selection = Self.select([
            Make.recommendation(1, "A", .buy, at: Make.now.advanced(bySeconds: -2)),
            Make.recommendation(2, "A", .hold, at: Make.now.advanced(bySeconds: -1)),
        ])
        #expect(selection.selected.isEmpty)
        #expect(Self.reasons(selection) == [.superseded, .hold])
    }

    @Test("R27: in open_positions HOLD counts")
    func holdCounts() {
        let selection = Self.select([Make.recommendation(1, "A", .hold)], .openPositions)
        #expect(selection.selected == [0])
    }

    @Test("R24: ERROR never trades and never supersedes, after staleness", arguments: UseCase.allCases)
    func error(useCase: UseCase) {
        let selection = Self.select(
            [
                Make.recommendation(3, "A", .error, at: Make.now),
                Make.recommendation(2, "A", .buy, at: Make.now.advanced(bySeconds: -9)),
                Make.recommendation(1, "A", .error, at: Self.limit.advanced(bySeconds: -9)),
            ], useCase)
        #expect(selection.selected == [1])
        #expect(selection.skipped.map(\.index) == [2, 0])
        #expect(Self.reasons(selection) == [.stale, .evaluationError])
    }

    @Test("R25: latest by created_at, then by the higher id")
    func latest() {
        let earlier = Make.now.advanced(bySeconds: -1)
        #expect(Self.select([Make.recommendation(9, at: earlier), Make.recommendation(2)]).selected == [1])
        let tie = Self.select([Make.recommendation(5), Make.recommendation(7), Make.recommendation(6)])
        #expect(tie.selected == [1])
        #expect(tie.skipped.map(\.index) == [0, 2])
        #expect(tie.skipped.map(\.message) == Array(repeating: "superseded by recommendation 7", count: 2))
    }

    @Test("R16: symbols are compared byte for byte")
    func bytes() {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let pending = [composed, decomposed, "aapl", "AAPL", "AAPL "].enumerated().map {
            Make.recommendation(Int64($0.offset), $0.element)
        }
        #expect(Self.select(pending).selected.count == 5)
    }

    @Test("R26: priority is profit × confidence, the sign kept, an absent factor 0, ties by the lower id")
    func priority() {
        let selection = Self.select([
            Make.recommendation(9, "A", confidence: "50", profit: "-4"),
            Make.recommendation(8, "B", confidence: nil, profit: "50"),
            Make.recommendation(7, "C", confidence: "10", profit: "20"),
            Make.recommendation(6, "D", confidence: "20", profit: "10"),
            Make.recommendation(5, "E", confidence: "80", profit: nil),
            Make.recommendation(4, "F", confidence: "10.000000001", profit: "20"),
        ])
        #expect(selection.selected == [5, 3, 2, 4, 1, 0])
    }

    @Test("R26: no overflow at the limits of R3")
    func extremes() {
        let selection = Self.select([
            Make.recommendation(1, "A", confidence: "100", profit: "-1000000"),
            Make.recommendation(2, "B", confidence: "100", profit: "1000000"),
        ])
        #expect(selection.selected == [1, 0])
    }

    @Test("R77: skips by recommendation id, whatever the order of arrival", arguments: UseCase.allCases)
    func orderDoesNotMatter(useCase: UseCase) {
        let seed: UInt64 = 0xA11CE
        var random = ContractRandom(seed: seed)
        for round in 0..<300 {
            var pending = (0..<Int.random(in: 0...12, using: &random)).map { id in
                Make.recommendation(
                    Int64(id), ["A", "B", "C"].randomElement(using: &random) ?? "A",
                    RecommendedAction.allCases.randomElement(using: &random) ?? .buy,
                    confidence: ["10", "20", nil].randomElement(using: &random) ?? nil,
                    profit: ["-1", "1", "2", nil].randomElement(using: &random) ?? nil,
                    at: Self.limit.advanced(bySeconds: Int64.random(in: -1...2, using: &random)))
            }
            let before = Self.select(pending, useCase)
            let ids = before.selected.map { pending[$0].id }
            let skipped = before.skipped.map { "\(pending[$0.index].id) \($0.reason) \($0.message)" }
            #expect(before.selected.count + before.skipped.count == pending.count)
            pending.shuffle(using: &random)
            let after = Self.select(pending, useCase)
            #expect(ids == after.selected.map { pending[$0].id }, "seed \(seed), round \(round)")
            #expect(
                skipped == after.skipped.map { "\(pending[$0.index].id) \($0.reason) \($0.message)" },
                "seed \(seed), round \(round)")
        }
    }
}
