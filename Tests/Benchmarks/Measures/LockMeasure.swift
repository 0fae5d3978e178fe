import CBenchmarks
import Foundation
import TradeCore

/// The lock table: a try with its release, and what an idle key takes of memory.
///
/// `Specialized/` links the table's sources into this target: across modules the compiler would not specialize it for its types,
/// as it does within the pipeline, where it is used.
enum LockMeasure: Measure {
    static let name = "lock"

    private typealias Table = LockTable<ExpertUseCase, EventStandIn>
    private static let keys = 1_000_000

    static func run(_ report: (Row) -> Void) throws {
        let rounds = 3_000_000
        let hot = try Rounds(
            5, [{ try tries(rounds, in: filled(1), stride: 0) }, { tries(ofMutex: rounds) }])
        var row = hot.row("lock: try + release, one hot key", to: 1, "a pthread mutex", unit: .nanoseconds)
        row.target = "≤ 100 ns"
        row.isMet = Spread(hot.of(0).map(\.nanoseconds)).median <= 100
        report(row)
        let cold = try Rounds(
            5,
            [
                { try tries(rounds, in: filled(keys), stride: 7_919) },
                { try tries(rounds, in: filled(keys), stride: 7_919, finding: true) },
            ])
        report(cold.row("lock: the same over a million keys", of: 0, unit: .nanoseconds))
        report(cold.row("lock: the same, each found by its key", of: 1, unit: .nanoseconds))
        report(memory())
    }

    private static func key(_ number: Int) -> ExpertUseCase {
        ExpertUseCase(expert: ExpertID(Int64(number)), useCase: .enterMarket)
    }

    private static func filled(_ count: Int) -> (table: Table, slots: [LockSlot]) {
        var table = Table(policy: LockPolicy())
        let slots = (0..<count).map { table.slot(of: key($0), lastRun: 0) }
        return (table, slots)
    }

    /// Tries in the order of a stride through the keys; each is taken and released.
    private static func tries(
        _ count: Int, in filled: @autoclosure () -> (table: Table, slots: [LockSlot]), stride: Int,
        finding: Bool = false
    ) throws -> Sample {
        var (table, slots) = filled()
        let waiter = EventStandIn()
        var place = 0
        var taken = 0
        let sample = Sample(operations: count) {
            for _ in 0..<count {
                let slot = finding ? table.slot(of: key(place), lastRun: 0) : slots[place]
                if case .acquired(let run) = table.request(slot, waiter: waiter, now: 0),
                    case .released? = table.finish(slot, run: run, failed: false)
                {
                    taken += 1
                }
                place += stride
                if place >= slots.count { place -= slots.count }
            }
        }
        guard taken == count else { throw BenchmarkError("\(taken) of \(count) tries got the key") }
        return sample
    }

    private static func tries(ofMutex count: Int) -> Sample {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        defer { mutex.deallocate() }
        pthread_mutex_init(mutex, nil)
        return Sample(operations: count) {
            for _ in 0..<count where pthread_mutex_trylock(mutex) == 0 { pthread_mutex_unlock(mutex) }
        }
    }

    private static func memory() -> Row {
        var bytes: [Double] = []
        for _ in 0..<3 {
            let before = cbenchmarks_bytes_in_use()
            var table = Table(policy: LockPolicy())
            for number in 0..<keys { _ = table.slot(of: key(number), lastRun: 0) }
            bytes.append(Double(cbenchmarks_bytes_in_use() - before) / Double(keys))
            withExtendedLifetime(table) {}
        }
        let spread = Spread(bytes)
        var row = Row("lock: an idle key, of a million", figure: spread.text { Row.short($0) } + " B")
        row.target = "≤ 50 B"
        row.isMet = spread.median <= 50
        return row
    }
}

/// What waits for a key: an object, as in the pipeline.
private final class EventStandIn {}
