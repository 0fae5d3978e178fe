/// A first-in first-out queue over an array, with amortised constant cost at both ends.
package struct Queue<Element> {
    private var storage: [Element?] = []
    private var head = 0

    package init() {}

    package var count: Int { storage.count - head }
    package var isEmpty: Bool { head == storage.count }
    package var first: Element? { head < storage.count ? storage[head] : nil }

    package mutating func append(_ element: Element) { storage.append(element) }

    @discardableResult
    package mutating func removeFirst() -> Element? {
        guard head < storage.count else { return nil }
        let element = storage[head].take()
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.count <= 4096)
            head = 0
        } else if head > 1024, head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
        return element
    }

    package mutating func removeAll() {
        storage.removeAll()
        head = 0
    }

    /// The element at a distance from the first.
    package subscript(offset: Int) -> Element? {
        offset >= 0 && offset < count ? storage[head + offset] : nil
    }

    /// What `transform` makes of each of the first elements, at most so many.
    package func prefix<Result>(_ limit: Int, _ transform: (Element) -> Result) -> [Result] {
        storage[head...].prefix(max(0, limit)).compactMap { $0.map(transform) }
    }

    /// Every element, first to last.
    package var elements: [Element] { storage[head...].compactMap { $0 } }
}

extension Queue: Sendable where Element: Sendable {}
