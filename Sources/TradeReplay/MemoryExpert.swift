import TradeContracts
import TradeCore
import TradePipeline

/// What a store in memory holds of one expert. An object: it is found once for all that an entry changes of it.
final class MemoryExpert {
    /// Of one of its lock keys.
    struct Key {
        /// The last run; nil: none.
        var run: Int64?
        /// Numbers of what is pending, ascending.
        var pending: [Int64] = []

        mutating func decide(_ number: Int64) {
            if pending.first == number {
                pending.removeFirst()
            } else if let place = pending.firstIndex(of: number) {
                pending.remove(at: place)
            }
        }
    }

    /// Of one symbol.
    struct Instrument {
        /// All recommendations, decided or not, by (`created_at`, id) and then as they were taken in (R40).
        var past: [PreviousRecommendation] = []
        /// The number of the active position.
        var active: Int64?
        /// Numbers of the CLOSED ones (R45).
        var closed: [Int64] = []
    }

    let id: ExpertID
    private(set) var enterMarket = Key()
    private(set) var openPositions = Key()
    private(set) var instruments: [Symbol: Instrument] = [:]
    /// All, in whatever status, by number, which is the order of their creation.
    private(set) var positions: [Position] = []

    init(_ id: ExpertID) { self.id = id }

    /// WAITING, OPENED and CLOSING ones, by number.
    var unfinished: [Position] { positions.filter { !$0.status.isTerminal } }

    func key(_ useCase: UseCase) -> Key { useCase == .enterMarket ? enterMarket : openPositions }

    /// Changes what is held of a key.
    func update(_ useCase: UseCase, _ change: (inout Key) -> Void) {
        if useCase == .enterMarket { change(&enterMarket) } else { change(&openPositions) }
    }

    /// A recommendation is taken in.
    func insert(_ added: PendingRecommendation) {
        update(added.event.useCase) { $0.pending.append(added.number) }
        let recommendation = PreviousRecommendation(added.recommendation)
        instruments[added.recommendation.symbol, default: Instrument()].include(recommendation)
    }

    func position(_ number: Int64) -> Position? {
        place(of: number).flatMap { place in positions[place].number == number ? positions[place] : nil }
    }

    /// Puts a position in place of the one with its number.
    func replace(_ position: Position) {
        if let place = place(of: position.number), positions[place].number == position.number {
            positions[place] = position
        } else {
            let place = place(of: position.number) ?? positions.endIndex
            positions.insert(position, at: place)
        }
        instruments[position.symbol, default: Instrument()].include(position)
    }

    /// The place of the first position with this number or a higher one; nil where there is none.
    private func place(of number: Int64) -> Int? {
        guard let last = positions.last, number <= last.number else { return nil }
        var low = 0
        var high = positions.count - 1
        while low < high {
            let middle = low + (high - low) / 2
            if positions[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension MemoryExpert.Instrument {
    fileprivate mutating func include(_ recommendation: PreviousRecommendation) {
        var place = past.endIndex
        while place > 0, recommendation.precedes(past[place - 1]) { place -= 1 }
        past.insert(recommendation, at: place)
    }

    fileprivate mutating func include(_ position: Position) {
        if position.status.isActive {
            active = position.number
        } else if active == position.number {
            active = nil
        }
        let place = closed.firstIndex(of: position.number)
        if position.status == .closed {
            if place == nil { closed.append(position.number) }
        } else if let place {
            closed.remove(at: place)
        }
    }
}
