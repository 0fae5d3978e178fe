import TradeContracts
import TradeCore
import TradePipeline

/// Reads `PendingPage`s: the page that `PendingPage(of:limit:)` makes of all that is pending of a key, without reading more
/// than the page. What it costs in memory is a count for each symbol.
struct PendingPageRows {
    private let symbols: Statement
    private let all: Statement
    private let ofSymbol: Statement
    private let latest: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        let pending = "FROM recommendations WHERE expert = ?1 AND use_case = ?2 AND outcome IS NULL "
        symbols = try connection.statement("SELECT symbol, count(*) \(pending) GROUP BY symbol ORDER BY min(number)")
        all = try connection.statement("SELECT \(RecommendationRows.columns) \(pending) ORDER BY number")
        ofSymbol = try connection.statement(
            "SELECT \(RecommendationRows.columns) \(pending) AND symbol = ?3 AND number <> ?4 ORDER BY number LIMIT ?5")
        latest = try connection.statement(
            "SELECT \(RecommendationRows.columns) \(pending) AND symbol = ?3 AND action <> \(RecommendedAction.error.code) "
                + "ORDER BY created_at DESC, id DESC LIMIT 1")
    }

    func page(of key: ExpertUseCase, limit: Int, events: EventRows) throws -> PendingPage {
        let limit = max(2, limit)
        var events = SharedEvents(events)
        let choice = try choose(key, limit: limit)
        if let symbol = choice.partial {
            let part = try part(of: symbol, key, limit: limit, events: &events)
            return PendingPage(recommendations: part, hasMore: true, partial: symbol)
        }
        let page = try rows(of: choice.symbols, count: limit - choice.left, key, events: &events)
        return PendingPage(recommendations: page, hasMore: choice.hasMore)
    }

    /// The symbols, by their lowest number, that fit into a page whole; `partial`: the first one where even that does not.
    private func choose(
        _ key: ExpertUseCase, limit: Int
    ) throws(SQLiteFailure) -> (symbols: Set<Symbol>, left: Int, partial: Symbol?, hasMore: Bool) {
        bind(symbols, key)
        defer { symbols.reset() }
        var chosen: Set<Symbol> = []
        var left = limit
        while try symbols.step() {
            let symbol = Symbol(symbols.text(0))
            let count = symbols.integer(1)
            if count > left { return (chosen, left, chosen.isEmpty ? symbol : nil, true) }
            left -= Int(count)
            chosen.insert(symbol)
        }
        return (chosen, left, nil, false)
    }

    /// All of these symbols, `count` in number: one way through the key, not one for each symbol.
    private func rows(
        of symbols: Set<Symbol>, count: Int, _ key: ExpertUseCase, events: inout SharedEvents
    ) throws -> [PendingRecommendation] {
        bind(all, key)
        defer { all.reset() }
        var result: [PendingRecommendation] = []
        while result.count < count, try all.step() {
            guard symbols.contains(RecommendationRows.symbol(all)) else { continue }
            result.append(try RecommendationRows.read(all, events: &events))
        }
        return result
    }

    private func part(
        of symbol: Symbol, _ key: ExpertUseCase, limit: Int, events: inout SharedEvents
    ) throws -> [PendingRecommendation] {
        bind(latest, key)
        latest.bind(3, text: symbol.text)
        defer { latest.reset() }
        guard try latest.step() else { return try rows(of: symbol, key, without: 0, limit: limit, events: &events) }
        let newest = try RecommendationRows.read(latest, events: &events)
        let others = try rows(of: symbol, key, without: newest.number, limit: limit - 1, events: &events)
        return (others + [newest]).sorted { $0.number < $1.number }
    }

    private func rows(
        of symbol: Symbol, _ key: ExpertUseCase, without number: Int64, limit: Int, events: inout SharedEvents
    ) throws -> [PendingRecommendation] {
        bind(ofSymbol, key)
        ofSymbol.bind(3, text: symbol.text)
        ofSymbol.bind(4, integer: number)
        ofSymbol.bind(5, integer: Int64(limit))
        defer { ofSymbol.reset() }
        var result: [PendingRecommendation] = []
        while try ofSymbol.step() { result.append(try RecommendationRows.read(ofSymbol, events: &events)) }
        return result
    }

    private func bind(_ statement: Statement, _ key: ExpertUseCase) {
        statement.bind(1, integer: key.expert.rawValue)
        statement.bind(2, integer: key.useCase.code)
    }
}
