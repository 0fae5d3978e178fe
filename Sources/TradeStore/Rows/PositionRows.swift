import TradeCore

/// Positions with their orders, as they are read.
struct PositionRows {
    private let unfinished: Statement
    private let allUnfinished: Statement
    private let byNumber: Statement
    private let byOrder: Statement
    private let orders: Statement
    private let newest: Statement
    private let since: Statement

    static let columns =
        "number, id_high, id_low, expert, symbol, side, status, recommendation, quantity, price, created_at, opened_at, "
        + "closed_at, close_price, take_profit, stop_loss"

    init(_ connection: Connection) throws(SQLiteFailure) {
        // Two halves, because each has a partial index of its own.
        unfinished = try connection.statement(
            "SELECT \(Self.columns) FROM positions WHERE expert = ?1 AND status IN (1, 2) UNION ALL "
                + "SELECT \(Self.columns) FROM positions WHERE expert = ?1 AND status = 3 ORDER BY number")
        allUnfinished = try connection.statement(
            "SELECT \(Self.columns) FROM positions INDEXED BY positions_active WHERE status IN (1, 2) UNION ALL "
                + "SELECT \(Self.columns) FROM positions INDEXED BY positions_closing WHERE status = 3")
        byNumber = try connection.statement("SELECT \(Self.columns) FROM positions WHERE number = ?")
        byOrder = try connection.statement("SELECT position, id_low FROM orders WHERE id_high = ?")
        newest = try connection.statement("SELECT max(created_at) FROM positions WHERE expert = ?")
        since = try connection.statement(
            "SELECT created_at FROM positions WHERE expert = ? AND created_at > ? ORDER BY created_at")
        orders = try connection.statement(
            "SELECT id_high, id_low, role, status, quantity, price, created_at FROM orders WHERE position = ? "
                + "ORDER BY place")
    }

    /// WAITING, OPENED and CLOSING ones, by number.
    func unfinished(of expert: ExpertID) throws -> [Position] {
        unfinished.bind(1, integer: expert.rawValue)
        defer { unfinished.reset() }
        var result: [Position] = []
        while try unfinished.step() { result.append(try read(unfinished)) }
        return result
    }

    /// All that are WAITING, OPENED or CLOSING, in no order.
    func unfinished(_ body: (Position) -> Void) throws {
        defer { allUnfinished.reset() }
        while try allUnfinished.step() { body(try read(allUnfinished)) }
    }

    /// When the positions of the hour before an expert's newest were created, oldest first (R94).
    func lastHour(of expert: ExpertID) throws -> [Timestamp] {
        newest.bind(1, integer: expert.rawValue)
        defer { newest.reset() }
        guard try newest.step(), let last = newest.optionalInteger(0) else { return [] }
        since.bind(1, integer: expert.rawValue)
        since.bind(2, integer: Timestamp(microseconds: last).advanced(bySeconds: -3600).microseconds)
        defer { since.reset() }
        var result: [Timestamp] = []
        while try since.step() { result.append(Timestamp(microseconds: since.integer(0))) }
        return result
    }

    /// The position that an order belongs to, in whatever status.
    func position(order: UniqueID) throws -> Position? {
        guard let number = try number(order: order) else { return nil }
        byNumber.bind(1, integer: number)
        defer { byNumber.reset() }
        guard try byNumber.step() else { throw DamagedRow("position \(number) of order \(order) is missing") }
        return try read(byNumber)
    }

    private func number(order: UniqueID) throws(SQLiteFailure) -> Int64? {
        byOrder.bind(1, integer: Int64(bitPattern: order.high))
        defer { byOrder.reset() }
        while try byOrder.step() {
            if byOrder.integer(1) == Int64(bitPattern: order.low) { return byOrder.integer(0) }
        }
        return nil
    }

    private func read(_ row: Statement) throws -> Position {
        let number = row.integer(0)
        guard let side = Side(code: row.integer(5)), let status = PositionStatus(code: row.integer(6)) else {
            throw DamagedRow("position \(number) has an unknown side or status")
        }
        return Position(
            number: number, id: row.uniqueID(1), expert: ExpertID(row.integer(3)), symbol: Symbol(row.text(4)),
            side: side, status: status, recommendation: RecommendationID(row.integer(7)),
            quantity: Fixed9(billionths: row.integer(8)), price: Fixed9(billionths: row.integer(9)),
            createdAt: Timestamp(microseconds: row.integer(10)),
            openedAt: row.optionalInteger(11).map(Timestamp.init(microseconds:)),
            closedAt: row.optionalInteger(12).map(Timestamp.init(microseconds:)),
            closePrice: row.optionalInteger(13).map(Fixed9.init(billionths:)),
            takeProfit: row.optionalInteger(14).map(Fixed9.init(billionths:)),
            stopLoss: row.optionalInteger(15).map(Fixed9.init(billionths:)), orders: try orders(of: number))
    }

    private func orders(of position: Int64) throws -> [PositionOrder] {
        let row = orders
        row.bind(1, integer: position)
        defer { row.reset() }
        var result: [PositionOrder] = []
        while try row.step() {
            guard let role = OrderRole(code: row.integer(2)), let status = OrderStatus(code: row.integer(3)) else {
                throw DamagedRow("an order of position \(position) has an unknown role or status")
            }
            result.append(
                PositionOrder(
                    id: row.uniqueID(0), role: role, status: status, quantity: Fixed9(billionths: row.integer(4)),
                    price: row.optionalInteger(5).map(Fixed9.init(billionths:)),
                    createdAt: Timestamp(microseconds: row.integer(6))))
        }
        return result
    }
}

extension Statement {
    /// An id in two columns, high and low.
    func uniqueID(_ column: Int32) -> UniqueID {
        UniqueID(high: UInt64(bitPattern: integer(column)), low: UInt64(bitPattern: integer(column + 1)))
    }
}
