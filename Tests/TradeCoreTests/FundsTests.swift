import Testing
import TradeCore

@Suite("Used and ordered")
struct FundsTests {
    @Test(
        "R54: used is price × quantity while WAITING, OPENED or CLOSING, long or short",
        arguments: PositionStatus.allCases, Side.allCases)
    func used(status: PositionStatus, side: Side) throws {
        let position = Make.position(status, side, price: "12.5", quantity: "8.5")
        let expected = status == .closed || status == .failed ? ExactDecimal.zero : "106.25".exact
        #expect(try TradeManager.used(by: position) == expected)
    }

    @Test("R55: ordered is what WAITING positions and working increases ask for", arguments: PositionStatus.allCases)
    func ordered(status: PositionStatus) throws {
        let position = Make.position(
            status, price: "10", quantity: "30",
            orders: [
                Make.order(.entry, .filled), Make.order(.increase, .new, quantity: "5"),
                Make.order(.increase, .filled, quantity: "7"), Make.order(.increase, .rejected, quantity: "9"),
                Make.order(.decrease, .new, quantity: "3"), Make.order(.close, .new, quantity: "30"),
            ])
        let expected: [PositionStatus: String] = [
            .waiting: "300", .opened: "50", .closing: "50", .closed: "0", .failed: "0",
        ]
        #expect(try TradeManager.ordered(by: position) == expected[status]?.exact)
    }

    @Test("R65: the ends of the range fit")
    func extremes() throws {
        var position = Make.position(.waiting)
        position.price = Fixed9(billionths: .max)
        position.quantity = Fixed9(billionths: .max)
        _ = try TradeManager.used(by: position)
        _ = try TradeManager.ordered(by: position)
        position.quantity = Fixed9(billionths: .min)
        #expect(try TradeManager.used(by: position) == .zero)
    }
}
