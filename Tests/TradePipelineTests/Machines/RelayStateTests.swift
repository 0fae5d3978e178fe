import Support
import Testing
import TradeContracts

@testable import TradePipeline

@Suite struct RelayStateTests {
    private func rows(_ numbers: some Sequence<Int64>) -> [PublishableRow] {
        numbers.map {
            PublishableRow(
                number: $0, record: EncodedRecord(topic: .ordersCreated, key: nil, value: nil, headers: []))
        }
    }

    @Test func publishesInOrderOneBatchAtATime() {
        let relay = Box(RelayState(mark: 0, visible: 0))
        relay.value.append(rows(1...5), limit: 10, now: 0)
        let first = relay.value.nextPublish(limit: 3).task
        #expect(first?.after == 0 && first?.rows.map(\.number) == [1, 2, 3])
        #expect(relay.value.nextPublish(limit: 3).task == nil, "the sink has one batch at a time")
        relay.value.published(through: 2)
        #expect(relay.value.acknowledged == 2 && relay.value.unpublished == 3)
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [3, 4, 5])
        relay.value.published(through: 5)
        #expect(relay.value.isDrained && relay.value.oldest == nil)
    }

    @Test func aBacklogComesFromTheStore() {
        let relay = Box(RelayState(mark: 3, visible: 9))
        relay.value.noteBacklog(now: 5)
        #expect(relay.value.oldest == 5 && !relay.value.isDrained)
        #expect(relay.value.nextLoad(limit: 4) == .outbox(after: 3, limit: 4))
        #expect(relay.value.nextLoad(limit: 4) == nil, "one question at a time")
        relay.value.append(rows(10...10), limit: 4, now: 6)
        relay.value.loaded(rows(4...7))
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [4, 5, 6, 7])
        relay.value.published(through: 7)
        #expect(relay.value.nextLoad(limit: 4) == .outbox(after: 7, limit: 4))
        relay.value.loaded(rows(8...10))
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [8, 9, 10])
        relay.value.published(through: 10)
        #expect(relay.value.isDrained)
        relay.value.append(rows(11...11), limit: 4, now: 7)
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [11], "the window follows again")
    }

    @Test func anEmptyAnswerDoesNotPassOverWhatCameSince() {
        // Rows 9 and 10 are gone from the store; row 11 becomes durable while that is found out.
        let relay = Box(RelayState(mark: 8, visible: 10))
        #expect(relay.value.nextLoad(limit: 4) != nil)
        relay.value.append(rows(11...11), limit: 4, now: 0)
        relay.value.loaded([])
        #expect(!relay.value.isDrained, "G5: row 11 is left")
        #expect(relay.value.nextLoad(limit: 4) == .outbox(after: 10, limit: 4))
        relay.value.loaded(rows(11...11))
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [11])
    }

    @Test func rowsBeyondWhatIsVisibleWait() {
        let relay = Box(RelayState(mark: 0, visible: 2))
        _ = relay.value.nextLoad(limit: 10)
        // The reader sees a commit that the writer has not told of yet.
        relay.value.loaded(rows(1...4))
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [1, 2])
        relay.value.append(rows(3...4), limit: 10, now: 0)
        relay.value.published(through: 2)
        #expect(relay.value.nextPublish(limit: 9).task?.rows.map(\.number) == [3, 4])
    }

    /// Whatever comes in which order: every row once, in order.
    @Test func everyRowOnceUnderRandomOrders() {
        for seed in UInt64(1)...200 {
            var random = ContractRandom(seed: seed)
            let relay = Box(RelayState(mark: 0, visible: 0))
            var stored: Int64 = 0
            var visible: Int64 = 0
            var sent: PublishTask?
            var asked: LoadRequest?
            var published: [Int64] = []
            for _ in 0..<300 {
                switch random.next() % 5 {
                case 0: stored += Int64(random.next() % 4)
                case 1 where stored > visible:
                    relay.value.append(rows((visible + 1)...stored), limit: 3, now: 0)
                    visible = stored
                case 2: asked = asked ?? relay.value.nextLoad(limit: 3)
                case 3:
                    guard case .outbox(let after, let limit)? = asked else { continue }
                    asked = nil
                    let last = min(stored, after + Int64(limit))
                    relay.value.loaded(after < last ? rows((after + 1)...last) : [])
                default:
                    if let task = sent {
                        let taken = Int(random.next() % UInt64(task.rows.count + 1))
                        published += task.rows.prefix(taken).map(\.number)
                        relay.value.published(through: taken == 0 ? task.after : task.rows[taken - 1].number)
                        sent = nil
                    } else {
                        sent = relay.value.nextPublish(limit: 2).task
                        if let sent { #expect(sent.after == Int64(published.count), "G5, seed \(seed)") }
                    }
                }
            }
            #expect(
                published == Array(1...max(1, Int64(published.count))).prefix(published.count).map { $0 },
                "G5, seed \(seed)")
        }
    }
}
