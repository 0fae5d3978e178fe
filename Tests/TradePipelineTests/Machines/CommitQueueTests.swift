import Support
import Testing
import TradeContracts

@testable import TradePipeline

@Suite struct CommitQueueTests {
    private func queue(_ count: Int, after: Int64 = 10) -> Box<CommitQueue> {
        var queue = CommitQueue(lastCommit: after)
        for _ in 0..<count {
            queue.append(
                QueuedEntry(
                    changes: ChangeSet(number: queue.nextNumber), intent: .relayMark(0), expert: nil, replaced: nil))
        }
        return Box(queue)
    }

    @Test func numbersFollowTheDurableOnes() {
        let queue = queue(3)
        #expect(queue.value.entries.elements.map(\.changes.number) == [11, 12, 13])
        #expect(queue.value.nextGroup(limit: 2).map(\.number) == [11, 12])
        #expect(queue.value.nextGroup(limit: 2).isEmpty, "the writer has one group at a time")
        #expect(queue.value.finish(through: 12).map(\.changes.number) == [11, 12])
        #expect(queue.value.durable == 12 && queue.value.nextNumber == 14 && queue.value.sent == 0)
        #expect(queue.value.nextGroup(limit: 2).map(\.number) == [13])
    }

    @Test func aGroupTakenBackIsSentAgainUnchanged() {
        let queue = queue(2)
        let first = queue.value.nextGroup(limit: 5).map(\.number)
        queue.value.takeBack()
        queue.value.phase = .unavailable(retryAt: 0)
        #expect(queue.value.nextGroup(limit: 5).isEmpty, "nothing new is sent while the store is in trouble")
        #expect(queue.value.trial(limit: 5).map(\.number) == first)
        #expect(queue.value.trial(limit: 5).isEmpty)
    }

    @Test func partOfAGroupMayBeDurable() {
        let queue = queue(4)
        _ = queue.value.nextGroup(limit: 4)
        #expect(queue.value.finish(through: 11).count == 1)
        #expect(queue.value.finish(through: 11).isEmpty, "an older answer changes nothing")
        #expect(queue.value.removeAll().map(\.changes.number) == [12, 13, 14])
        #expect(queue.value.isEmpty && queue.value.nextNumber == 12)
    }
}
