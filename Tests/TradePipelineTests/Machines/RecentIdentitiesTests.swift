import Support
import Testing

@testable import TradePipeline

@Suite struct RecentIdentitiesTests {
    @Test func stayUntilEveryOpenTicketIsClosed() {
        let tickets = Box(Tickets())
        var recent = RecentIdentities<Int, String>()
        let before = tickets.value.open()
        recent.insertQueued(1, "a")
        #expect(recent.state(of: 1) == .queued)
        recent.evict(oldest: .max)
        #expect(recent.state(of: 1) == .queued, "what is queued is never forgotten")
        recent.markDurable(1, tickets.value)
        let after = tickets.value.open()
        recent.evict(oldest: tickets.value.oldest)
        #expect(recent.state(of: 1) == .durable, "a question that began before the commit is under way")
        tickets.value.close(before)
        recent.evict(oldest: tickets.value.oldest)
        #expect(recent.state(of: 1) == nil, "a question that began after the commit sees it")
        #expect(recent.count == 0)
        tickets.value.close(after)
    }

    @Test func aRefusedOneIsTakenBackAndMayComeAgain() {
        let tickets = Box(Tickets())
        let open = tickets.value.open()
        var recent = RecentIdentities<Int, Void>()
        recent.insertQueued(1, ())
        recent.removeQueued(1)
        #expect(recent.state(of: 1) == nil)
        recent.markDurable(1, tickets.value)
        #expect(recent.state(of: 1) == nil, "it was not durable")
        recent.insertQueued(1, ())
        recent.markDurable(1, tickets.value)
        recent.removeQueued(1)
        #expect(recent.state(of: 1) == .durable, "what is durable is not taken back")
        recent.insertQueued(1, ())
        tickets.value.close(open)
        recent.evict(oldest: tickets.value.oldest)
        #expect(recent.state(of: 1) == .queued, "an older mark does not forget a newer entry")
        recent.markDurable(1, tickets.value)
        #expect(recent.state(of: 1) == nil && recent.count == 0, "no question is under way that could have missed it")
    }

    @Test func ticketsCloseInAnyOrderAndOnlyOnce() {
        let tickets = Box(Tickets())
        let opened = (0..<5).map { _ in tickets.value.open() }
        for ticket in [3, 1, 4] { tickets.value.close(opened[ticket]) }
        #expect(tickets.value.oldest == 0)
        tickets.value.close(opened[0])
        #expect(tickets.value.oldest == 2)
        tickets.value.close(opened[0])
        tickets.value.close(opened[2])
        tickets.value.close(99)
        tickets.value.close(-1)
        #expect(tickets.value.oldest == 5)
        #expect(tickets.value.open() == 5)
    }
}
