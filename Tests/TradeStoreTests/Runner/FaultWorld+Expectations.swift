import Support
import Testing
import TradeCore

@testable import TradePipeline
@testable import TradeStore

extension FaultWorld {
    /// Has the writer wait in a commit until hundreds of entries stand behind it, and nothing more comes.
    func fillQueue() throws {
        faults.hold()
        // A group of its own, so that all the others stand behind it.
        send([SentEvent(id: "opening", expert: 1)])
        #expect(faults.waitUntilHeld())
        sendRound(1)
        try wait("a full queue") {
            holds { pipeline in
                pipeline.counters.events == 401 && pipeline.queue.count - pipeline.queue.sent >= 500
                    && pipeline.passes.values.allSatisfy { $0.phase == .committing } && pipeline.nextDeadline() == nil
            }
        }
    }

    /// Every guarantee holds, so many events were refused (nil: any number), and the money is used to the last cent: what was
    /// spent twice, or not given back, shows.
    func expectGoodBooks(refused: Int? = 0, location: SourceLocation = #_sourceLocation) throws {
        let ledger = try FaultLedger(self)
        #expect(ledger.problems == [], "\(log.text)", sourceLocation: location)
        if let refused { #expect(ledger.refused.values.reduce(0, +) == refused, sourceLocation: location) }
        #expect(
            ledger.skips["unfunded", default: 0] + ledger.skips["insufficient_equity", default: 0] > 50,
            sourceLocation: location)
        #expect(ledger.used == ExactDecimal(.of(reference.balance)), sourceLocation: location)
    }

    /// What is sent now is processed without any help.
    func expectItGoesOn(round: Int64 = 2) throws {
        let before = look { $0.counters.events } ?? 0
        sendRound(round)
        try settle()
        #expect(look { $0.counters.events } == before + 400)
        try expectGoodBooks(refused: nil)
    }

    /// From its next transaction on the file may grow by so many pages and no more; nil: as far as it likes.
    func limitFile(toMorePages pages: Int64?) throws {
        guard let session = store?.session else { throw Failure(description: "the store is not open") }
        let connection = WriterConnection(connection: session.connection)
        faults.atBegin {
            let now = (try? connection.connection.integer("PRAGMA page_count")) ?? nil
            let limit = pages.map { ($0 + (now ?? 0)) } ?? 1_000_000
            _ = try? connection.connection.integer("PRAGMA max_page_count = \(limit)")
        }
    }
}

/// The writer's connection; used on the writer's thread alone.
private struct WriterConnection: @unchecked Sendable {
    let connection: Connection
}
