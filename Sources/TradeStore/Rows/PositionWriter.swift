import TradeCore
import TradePipeline

/// Writes positions with their orders; a second active one of an expert in a symbol fails at the index (G3).
struct PositionWriter {
    private let connection: Connection
    private let insertion: Statement
    private let change: Statement
    private let orderInsertion: Statement
    private let orderChange: Statement
    private let orderRemoval: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        insertion = try connection.statement(
            "INSERT INTO positions(\(PositionRows.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        change = try connection.statement(
            "UPDATE positions SET status = ?6, quantity = ?7, price = ?8, opened_at = ?9, closed_at = ?10, "
                + "close_price = ?11, take_profit = ?12, stop_loss = ?13 "
                + "WHERE number = ?1 AND id_high = ?2 AND id_low = ?3 AND expert = ?4 AND symbol = ?5")
        let order =
            "INSERT INTO orders(position, place, id_high, id_low, role, status, quantity, price, created_at) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        orderInsertion = try connection.statement(order)
        orderChange = try connection.statement(
            order
                + " ON CONFLICT(position, place) DO UPDATE SET id_high = excluded.id_high, id_low = excluded.id_low, "
                + "role = excluded.role, status = excluded.status, quantity = excluded.quantity, "
                + "price = excluded.price, created_at = excluded.created_at")
        orderRemoval = try connection.statement("DELETE FROM orders WHERE position = ? AND place >= ?")
    }

    func insert(_ position: Position) throws {
        let row = insertion
        row.bind(1, integer: position.number)
        row.bind(2, integer: Int64(bitPattern: position.id.high))
        row.bind(3, integer: Int64(bitPattern: position.id.low))
        row.bind(4, integer: position.expert.rawValue)
        row.bind(5, text: position.symbol.text)
        row.bind(6, integer: position.side.code)
        row.bind(7, integer: position.status.code)
        row.bind(8, integer: position.recommendation.rawValue)
        row.bind(9, integer: position.quantity.billionths)
        row.bind(10, integer: position.price.billionths)
        row.bind(11, integer: position.createdAt.microseconds)
        row.bind(12, integer: position.openedAt?.microseconds)
        row.bind(13, integer: position.closedAt?.microseconds)
        row.bind(14, integer: position.closePrice?.billionths)
        row.bind(15, integer: position.takeProfit?.billionths)
        row.bind(16, integer: position.stopLoss?.billionths)
        try row.run()
        try write(position.orders, of: position, through: orderInsertion)
    }

    /// Replaces a position that is there; its id, expert and symbol are part of what it is and must be the same.
    func replace(_ position: Position) throws {
        let row = change
        row.bind(1, integer: position.number)
        row.bind(2, integer: Int64(bitPattern: position.id.high))
        row.bind(3, integer: Int64(bitPattern: position.id.low))
        row.bind(4, integer: position.expert.rawValue)
        row.bind(5, text: position.symbol.text)
        row.bind(6, integer: position.status.code)
        row.bind(7, integer: position.quantity.billionths)
        row.bind(8, integer: position.price.billionths)
        row.bind(9, integer: position.openedAt?.microseconds)
        row.bind(10, integer: position.closedAt?.microseconds)
        row.bind(11, integer: position.closePrice?.billionths)
        row.bind(12, integer: position.takeProfit?.billionths)
        row.bind(13, integer: position.stopLoss?.billionths)
        try row.run()
        guard connection.changes == 1 else {
            throw Refusal("position \(position.number) with this id, expert and symbol is not there")
        }
        try write(position.orders, of: position, through: orderChange)
        orderRemoval.bind(1, integer: position.number)
        orderRemoval.bind(2, integer: Int64(position.orders.count))
        try orderRemoval.run()
    }

    private func write(_ orders: [PositionOrder], of position: Position, through row: Statement) throws(SQLiteFailure) {
        for (place, order) in orders.enumerated() {
            row.bind(1, integer: position.number)
            row.bind(2, integer: Int64(place))
            row.bind(3, integer: Int64(bitPattern: order.id.high))
            row.bind(4, integer: Int64(bitPattern: order.id.low))
            row.bind(5, integer: order.role.code)
            row.bind(6, integer: order.status.code)
            row.bind(7, integer: order.quantity.billionths)
            row.bind(8, integer: order.price?.billionths)
            row.bind(9, integer: order.createdAt.microseconds)
            try row.run()
        }
    }
}
