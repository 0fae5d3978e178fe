import Testing

@testable import TradePipeline

@Suite struct QueueTests {
    @Test func keepsOrderThroughGrowthAndEmptying() {
        var queue = Queue<Int>()
        var next = 0
        var expected = 0
        for round in 0..<200 {
            for _ in 0..<(round * 7 % 97) {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(round * 11 % 103) where !queue.isEmpty {
                #expect(queue.first == expected)
                #expect(queue.removeFirst() == expected)
                expected += 1
            }
            #expect(queue.count == next - expected)
            #expect(queue.elements == Array(expected..<next))
            #expect(queue[0] == (queue.isEmpty ? nil : expected))
            #expect(queue[queue.count] == nil)
            #expect(queue[-1] == nil)
        }
    }

    @Test func emptyAnswersNothing() {
        var queue = Queue<Int>()
        #expect(queue.removeFirst() == nil)
        #expect(queue.first == nil)
        queue.append(1)
        queue.removeAll()
        #expect(queue.isEmpty)
        #expect(queue.removeFirst() == nil)
    }
}
