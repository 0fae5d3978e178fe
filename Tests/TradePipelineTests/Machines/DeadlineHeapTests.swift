import Support
import Testing

@testable import TradePipeline

@Suite struct DeadlineHeapTests {
    @Test func comesOutByTimeThenByInsertion() {
        for seed in UInt64(1)...30 {
            var random = ContractRandom(seed: seed)
            let heap = Box(DeadlineHeap<Int>())
            var expected: [(at: Int64, order: Int)] = []
            for order in 0..<Int(random.next() % 60) {
                let at = Int64(random.next() % 10)
                heap.value.insert(order, at: at)
                expected.append((at, order))
                if random.chance(30) {
                    let least = expected.min { ($0.at, $0.order) < ($1.at, $1.order) }
                    #expect(
                        heap.value.first?.at == least?.at && heap.value.removeFirst() == least?.order, "seed \(seed)")
                    expected.removeAll { $0.order == least?.order }
                }
            }
            for next in expected.sorted(by: { ($0.at, $0.order) < ($1.at, $1.order) }) {
                #expect(heap.value.removeFirst() == next.order, "seed \(seed)")
            }
            #expect(heap.value.removeFirst() == nil && heap.value.first == nil && heap.value.count == 0)
        }
    }
}
