import Support
import Testing
import TradeCore

@Suite("Order updates")
struct OrderUpdateTests {
    static let at = Make.now.advanced(bySeconds: 60)

    static func update(
        _ role: OrderRole, _ status: OrderStatus, quantity: String? = nil, price: String? = nil, id: UInt64? = nil,
        at time: Timestamp = at
    ) -> OrderUpdate {
        OrderUpdate(
            order: Make.orderID(role, id ?? 900), expert: ExpertID(1), status: status,
            filledQuantity: quantity?.number, averagePrice: price?.number, occurredAt: time)
    }

    static func fill(_ role: OrderRole, quantity: String = "10", price: String = "101") -> OrderUpdate {
        update(role, .filled, quantity: quantity, price: price)
    }

    /// A position with one order of each role, all of 10 shares except the share changes of 4.
    static func position(_ status: PositionStatus, close: OrderStatus = .pending) -> Position {
        Make.position(
            status,
            orders: [
                Make.order(.entry, status == .waiting ? .pending : .filled), Make.order(.takeProfit, .waitingTrigger),
                Make.order(.stopLoss, .waitingTrigger), Make.order(.close, close),
                Make.order(.increase, quantity: "4"), Make.order(.decrease, quantity: "4"),
            ])
    }

    static func apply(_ update: OrderUpdate, _ position: Position, other: Bool = false) -> UpdateOutcome {
        TradeManager.apply(update, to: position, symbolHasOtherActive: other)
    }

    static let unfilled: [OrderStatus] = [.canceled, .rejected, .expired, .replaced]

    @Test("R82: an order that is not the position's changes nothing")
    func unknown() {
        var update = Self.fill(.entry)
        update.order = UniqueID(high: 1, low: 1)
        #expect(Self.apply(update, Self.position(.waiting)) == .unchanged)
        update.order = nil
        #expect(Self.apply(update, Self.position(.waiting)) == .unchanged)
    }

    @Test("R54: an entry's fill opens the position at its price")
    func entryFilled() throws {
        let opened = try #require(Self.apply(Self.fill(.entry), Self.position(.waiting)).position)
        #expect(opened.status == .opened)
        #expect(opened.price == "101".number)
        #expect(opened.openedAt == Self.at)
        #expect(opened.quantity == "10".number)
        #expect(opened.orders.first?.status == .filled)
        #expect(Self.apply(Self.fill(.entry), opened) == .unchanged)
    }

    @Test("R84: an entry that ends unfilled fails, filled in part it opens with that part", arguments: unfilled)
    func entryEnded(status: OrderStatus) throws {
        let failed = try #require(Self.apply(Self.update(.entry, status), Self.position(.waiting)).position)
        #expect(failed.status == .failed)
        let none = Self.update(.entry, status, quantity: "0")
        #expect(Self.apply(none, Self.position(.waiting)).position?.status == .failed)
        let part = Self.update(.entry, status, quantity: "3", price: "99.5")
        let opened = try #require(Self.apply(part, Self.position(.waiting)).position)
        #expect(opened.status == .opened && opened.quantity == "3".number && opened.price == "99.5".number)
        let unpriced = Self.apply(Self.update(.entry, status, quantity: "3"), Self.position(.waiting)).position
        #expect(unpriced?.price == "100".number)
    }

    @Test("R84: partially_filled changes nothing", arguments: OrderRole.allCases)
    func partially(role: OrderRole) {
        for status in [PositionStatus.waiting, .opened, .closing] {
            let update = Self.update(role, .partiallyFilled, quantity: "2", price: "100")
            #expect(Self.apply(update, Self.position(status)) == .unchanged)
        }
    }

    @Test("R85: the submission of a close is CLOSING", arguments: [OrderStatus.new, .accepted, .pendingNew])
    func closeSubmitted(status: OrderStatus) {
        let update = Self.update(.close, status)
        #expect(Self.apply(update, Self.position(.opened)).position?.status == .closing)
        #expect(Self.apply(update, Self.position(.waiting)).position?.status == .waiting)
        #expect(Self.apply(Self.update(.takeProfit, status), Self.position(.opened)).position?.status == .opened)
    }

    @Test(
        "R83, R85: the fill of a close, take-profit or stop-loss closes, also before the entry's",
        arguments: [OrderRole.close, .takeProfit, .stopLoss], [PositionStatus.waiting, .opened, .closing])
    func closed(role: OrderRole, status: PositionStatus) throws {
        let closed = try #require(Self.apply(Self.fill(role, price: "93"), Self.position(status)).position)
        #expect(closed.status == .closed)
        #expect(closed.closedAt == Self.at)
        #expect(closed.closePrice == "93".number)
        #expect(closed.price == "100".number)
        for late in OrderRole.allCases {
            #expect(Self.apply(Self.fill(late), closed) == .unchanged)
            #expect(Self.apply(Self.update(late, .canceled), closed) == .unchanged)
            #expect(Self.apply(Self.update(late, .new), closed) == .unchanged)
        }
    }

    @Test("R85: a close that comes to nothing reopens and allows another one", arguments: unfilled)
    func closeEnded(status: OrderStatus) throws {
        let closing = Self.position(.closing, close: .new)
        let opened = try #require(Self.apply(Self.update(.close, status), closing).position)
        #expect(opened.status == .opened)
        let again = Make.manage(opened, id: 2) { $0.close = true }
        #expect(TradeManager.settle([again], in: Make.context(.openPositions)).first?.orders.count == 1)
        #expect(Self.apply(Self.update(.close, .new), opened) == .unchanged)
        #expect(Self.apply(Self.update(.close, status), Self.position(.opened)).position?.status == .opened)
        #expect(Self.apply(Self.update(.close, status), Self.position(.waiting)).position?.status == .waiting)
    }

    @Test("R85: unless the symbol has another active position: it stays CLOSING and is reported", arguments: unfilled)
    func closeEndedBesideAnother(status: OrderStatus) {
        guard case .reported(let text) = Self.apply(Self.update(.close, status), Self.position(.closing), other: true)
        else {
            Issue.record("expected a report")
            return
        }
        #expect(text.contains("stays CLOSING"))
    }

    @Test(
        "R85: a fill for a FAILED position is reported, everything else of it changes nothing",
        arguments: OrderRole.allCases)
    func failed(role: OrderRole) {
        let failed = Self.position(.failed)
        for update in [
            Self.fill(role), Self.update(role, .partiallyFilled), Self.update(role, .canceled, quantity: "1"),
        ] {
            if case .reported = Self.apply(update, failed) { continue }
            Issue.record("expected a report of \(update)")
        }
        for status in Self.unfilled + [.new, .accepted, .pendingNew, .pending] {
            #expect(Self.apply(Self.update(role, status), failed) == .unchanged)
        }
    }

    @Test("R74: a share change counts from its creation and gives back what it ends without", arguments: unfilled)
    func shareChanges(status: OrderStatus) {
        func quantity(_ update: OrderUpdate) -> Fixed9? {
            Self.apply(update, Self.position(.opened)).position?.quantity
        }
        #expect(quantity(Self.fill(.increase, quantity: "4")) == "10".number)
        #expect(quantity(Self.fill(.decrease, quantity: "4")) == "10".number)
        #expect(quantity(Self.update(.increase, status)) == "6".number)
        #expect(quantity(Self.update(.increase, status, quantity: "1")) == "7".number)
        #expect(quantity(Self.update(.decrease, status)) == "14".number)
        #expect(quantity(Self.update(.decrease, status, quantity: "1")) == "13".number)
        #expect(Self.apply(Self.fill(.increase, quantity: "4"), Self.position(.opened)).position?.price == "100".number)
    }

    @Test("R76: a take-profit or stop-loss that ends unfilled changes its own status alone", arguments: unfilled)
    func protectionEnded(status: OrderStatus) throws {
        for role in [OrderRole.takeProfit, .stopLoss] {
            var expected = Self.position(.opened)
            let index = try #require(expected.orders.firstIndex { $0.role == role })
            expected.orders[index].status = status
            #expect(Self.apply(Self.update(role, status), Self.position(.opened)) == .changed(expected))
        }
    }

    @Test("Statuses on the way never go backwards")
    func progress() {
        let way: [OrderStatus] = [.waitingTrigger, .pending, .pendingNew, .accepted, .new]
        for (place, from) in way.enumerated() {
            for (next, to) in way.enumerated() {
                let position = Make.position(orders: [Make.order(.takeProfit, from)])
                let outcome = Self.apply(Self.update(.takeProfit, to), position)
                #expect(outcome.position?.orders.first?.status == (next > place ? to : nil), "\(from) to \(to)")
            }
        }
    }

    @Test("After a terminal status of an order nothing follows", arguments: unfilled + [.filled], OrderStatus.allCases)
    func terminal(status: OrderStatus, next: OrderStatus) {
        for role in OrderRole.allCases {
            let position = Make.position(.opened, orders: [Make.order(role, status)])
            #expect(Self.apply(Self.update(role, next, quantity: "10", price: "9"), position) == .unchanged)
        }
    }

    @Test("A fill without quantity and price above 0 is reported and changes nothing")
    func incomplete() {
        for update in [
            Self.update(.entry, .filled), Self.update(.entry, .filled, quantity: "1"),
            Self.update(.entry, .filled, quantity: "0", price: "1"),
            Self.update(.close, .filled, quantity: "1", price: "-1"),
        ] {
            if case .reported = Self.apply(update, Self.position(.waiting)) { continue }
            Issue.record("expected a report of \(update)")
        }
    }

    @Test("Quantities out of range are reported, never a trap")
    func overflow() {
        var position = Self.position(.opened)
        position.quantity = Fixed9(billionths: .max)
        var order = position.orders[4]
        order.quantity = Fixed9(billionths: .min)
        position.orders[4] = order
        if case .reported = Self.apply(Self.update(.increase, .canceled), position) { return }
        Issue.record("expected a report")
    }

    @Test("Updates of different orders reach the same state in any order")
    func anyOrder() {
        let seed: UInt64 = 0x0DDE5
        var random = ContractRandom(seed: seed)
        let history = [
            Self.update(.entry, .new), Self.fill(.entry, quantity: "9", price: "101.5"),
            Self.update(.close, .pendingNew), Self.update(.close, .accepted),
            Self.update(.increase, .canceled, quantity: "1"), Self.update(.decrease, .rejected),
            Self.update(.takeProfit, .canceled),
        ]
        func play(_ updates: [OrderUpdate]) -> Position {
            updates.reduce(Self.position(.waiting)) { Self.apply($1, $0).position ?? $0 }
        }
        let expected = play(history)
        #expect(expected.status == .closing)
        for round in 0..<500 {
            var updates = history + (0..<3).compactMap { _ in history.randomElement(using: &random) }
            updates.shuffle(using: &random)
            #expect(play(updates) == expected, "seed \(seed), round \(round)")
        }
    }

    @Test("Never backwards: random updates only take the transitions of domain.md")
    func transitions() {
        let allowed: [PositionStatus: Set<PositionStatus>] = [
            .waiting: [.opened, .failed, .closed, .closing], .opened: [.closing, .closed],
            .closing: [.closed, .opened],
        ]
        let seed: UInt64 = 0x57A7E5
        var random = ContractRandom(seed: seed)
        for round in 0..<500 {
            var position = Self.position(.waiting)
            for _ in 0..<12 {
                let role = OrderRole.allCases.randomElement(using: &random) ?? .entry
                let status = OrderStatus.allCases.randomElement(using: &random) ?? .new
                let priced = Bool.random(using: &random)
                let update = Self.update(role, status, quantity: priced ? "2" : nil, price: priced ? "90" : nil)
                guard let next = Self.apply(update, position, other: Bool.random(using: &random)).position else {
                    continue
                }
                #expect(next != position, "a change changes something")
                if next.status != position.status {
                    #expect(allowed[position.status]?.contains(next.status) == true, "seed \(seed), round \(round)")
                }
                #expect(Self.apply(update, next).position == nil, "the same update again changes nothing")
                position = next
            }
        }
    }
}

extension UpdateOutcome {
    var position: Position? {
        if case .changed(let position) = self { return position }
        return nil
    }
}
