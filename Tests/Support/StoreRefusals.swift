import Testing
import TradeContracts
import TradeCore
import TradePipeline

/// Entries that no store takes, one for each invariant, and what has to be left after each.
package struct StoreRefusals: Sendable {
    package let name: String
    /// Makes the entry; its number is the next one, `entries` and the store stand as `prelude` left them.
    let make: @Sendable (_ entries: StoreEntries) -> ChangeSet

    package static let all: [StoreRefusals] = [
        StoreRefusals(name: "a commit number that is skipped") { ChangeSet(number: $0.commit + 2) },
        StoreRefusals(name: "a commit number that came before") { ChangeSet(number: $0.commit) },
        StoreRefusals(name: "the least commit number") { _ in ChangeSet(number: .min) },
        StoreRefusals(name: "an event number that came before") { entries in
            var entries = entries
            entries.event -= 1
            return entries.inbox(ids: [])
        },
        StoreRefusals(name: "a recommendation number that came before") { entries in
            var entries = entries
            entries.recommendation -= 1
            return entries.inbox(ids: [900])
        },
        StoreRefusals(name: "recommendations without their event") { entries in
            var entries = entries
            let inbox = entries.inbox(ids: [900])
            return ChangeSet(number: inbox.number, recommendations: inbox.recommendations)
        },
        StoreRefusals(name: "a recommendation that the store has (R13)") { entries in
            var entries = entries
            return entries.inbox(ids: [900, 1])
        },
        StoreRefusals(name: "a recommendation twice in an event") { entries in
            var entries = entries
            return entries.inbox(ids: [900, 901, 900])
        },
        StoreRefusals(name: "a run that goes down (G1)") { entries in
            var entries = entries
            return entries.other(run: StoreEntries.run(4))
        },
        StoreRefusals(name: "an input position that goes back (G6)") { entries in
            var entries = entries
            return entries.other(position: StoreEntries.input(next: entries.offset - 1))
        },
        StoreRefusals(name: "a second active position (G3)") { entries in
            var entries = entries
            return entries.other(positions: [StoreEntries.position(entries.position + 1)])
        },
        StoreRefusals(name: "a second active position in one entry (G3)") { entries in
            var entries = entries
            let first = StoreEntries.position(entries.position + 1, symbol: "NEW")
            return entries.other(positions: [first, StoreEntries.position(entries.position + 2, symbol: "NEW")])
        },
        StoreRefusals(name: "a position that becomes active again beside another (G3)") { entries in
            var entries = entries
            return entries.other(positions: [StoreEntries.position(1, status: .opened)])
        },
        StoreRefusals(name: "a position that is not there") { entries in
            var entries = entries
            return entries.other(positions: [StoreEntries.position(0, symbol: "NEW")])
        },
        StoreRefusals(name: "a position with another symbol") { entries in
            var entries = entries
            return entries.other(positions: [StoreEntries.position(2, symbol: "NEW", status: .closed)])
        },
        StoreRefusals(name: "a position with another id") { entries in
            var entries = entries
            var position = StoreEntries.position(2, status: .closed)
            position.id = UniqueID(high: 0, low: 0)
            return entries.other(positions: [position])
        },
        StoreRefusals(name: "an outcome of what is not there (G2)") { entries in
            var entries = entries
            let outcome = RecommendationOutcome(number: entries.recommendation + 1, kind: .ordered, run: 5)
            return entries.other(outcomes: [outcome])
        },
        StoreRefusals(name: "a second outcome (G2)") { entries in
            var entries = entries
            return entries.other(outcomes: [RecommendationOutcome(number: 1, kind: .skipped(.hold), run: 5)])
        },
        StoreRefusals(name: "two outcomes in one entry (G2)") { entries in
            var entries = entries
            let outcome = RecommendationOutcome(number: 2, kind: .ordered, run: 5)
            return entries.other(outcomes: [outcome, outcome])
        },
        StoreRefusals(name: "an outbox number that came before") { entries in
            var entries = entries
            entries.row -= 1
            return entries.other(rows: 2)
        },
        StoreRefusals(name: "an outbox row that is not encoded") { entries in
            var entries = entries
            let entry = entries.other(rows: 2)
            entries.row += 1
            return ChangeSet(number: entry.number, rows: entry.rows + [StoreEntries.row(entries.row, nil)])
        },
        StoreRefusals(name: "reference data without its JSON") { entries in
            var entries = entries
            var change = ReferenceSamples.account(1)
            change.json = []
            return entries.other(reference: [ReferenceWrite(change: change, origin: .file)])
        },
        StoreRefusals(name: "a relay mark that goes down") { entries in
            var entries = entries
            return entries.other(relayMark: 0)
        },
        StoreRefusals(name: "a relay mark above the outbox") { entries in
            var entries = entries
            return entries.other(rows: 1, relayMark: entries.row + 2)
        },
    ]

    /// Three entries that set up what the refused ones run into.
    static func prelude(_ entries: inout StoreEntries) -> [ChangeSet] {
        let first = entries.inbox(ids: [1, 2])
        let second = entries.entry(recommendation: 1, run: 5, decides: 1)
        entries.position += 1
        let third = entries.other(
            positions: [StoreEntries.position(1, status: .closing), StoreEntries.position(entries.position)], rows: 1,
            relayMark: 1)
        return [first, second, third]
    }

    /// Refused first, in the middle and last of a group: the store holds what one holds that was only given the entries before
    /// it, and goes on as that one does.
    package func check(_ open: () throws -> StoreBench) throws {
        for (before, after) in [(0, 0), (0, 3), (3, 0), (4, 5)] {
            try check(open, before: before, after: after)
        }
    }

    /// The same for a group with so many entries before and after the refused one.
    package func check(_ open: () throws -> StoreBench, before: Int, after: Int) throws {
        let bench = try open()
        let twin = try open()
        var entries = StoreEntries()
        let prelude = Self.prelude(&entries)
        let accepted = (0..<before).map { entries.inbox(ids: [100 + Int64($0)]) }
        let refused = make(entries)
        var later = entries
        later.commit += 1
        let behind = (0..<after).map { later.inbox(ids: [500 + Int64($0)]) }
        let context = "\(name), \(before) before and \(after) after it"

        #expect(bench.store.commit(prelude) == .committed)
        let result = bench.store.commit(accepted + [refused] + behind)
        guard case .refused(let number, let reason) = result else {
            Issue.record("\(context): \(result)")
            return
        }
        #expect(number == refused.number && !reason.isEmpty, "\(context)")
        #expect(twin.store.commit(prelude + accepted) == .committed)
        #expect(try dump(bench) == dump(twin), "\(context)")

        let next = [entries.inbox(ids: [900]), entries.entry(symbol: "NEXT", recommendation: 900, run: 5)]
        #expect(bench.store.commit(next) == .committed)
        #expect(twin.store.commit(next) == .committed)
        #expect(try dump(bench.reopen()) == dump(twin), "\(context), going on")
    }

    private func dump(_ bench: StoreBench) throws -> [String] { try StoreDump.lines(bench, experts: [1]) }
}
