/// Times with what is due then, earliest first. What is no longer wanted is left in and passed by when it comes up.
struct DeadlineHeap<Element> {
    private var heap: [(at: Int64, order: Int64, element: Element)] = []
    private var order: Int64 = 0

    var first: (at: Int64, element: Element)? { heap.first.map { ($0.at, $0.element) } }
    var count: Int { heap.count }
    /// Everything that is left in, earliest first: for looking at a state.
    var elements: [(at: Int64, element: Element)] {
        heap.sorted { ($0.at, $0.order) < ($1.at, $1.order) }.map { ($0.at, $0.element) }
    }

    mutating func insert(_ element: Element, at time: Int64) {
        order += 1
        heap.append((time, order, element))
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard let result = heap.first?.element, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return result }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) {
                least = child
            }
            if least == parent { return result }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    // Equal times in the order of insertion, so that the same inputs give the same actions.
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        heap[left].at != heap[right].at ? heap[left].at < heap[right].at : heap[left].order < heap[right].order
    }
}
