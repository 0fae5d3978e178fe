import CRdkafka

/// Room for the messages of one delivery, which it frees.
final class MessageBatch {
    let capacity: Int
    private(set) var count = 0
    private let room: UnsafeMutablePointer<Calls.Message?>

    init(capacity: Int) {
        self.capacity = capacity
        room = .allocate(capacity: capacity)
        room.initialize(repeating: nil, count: capacity)
    }

    deinit {
        release()
        room.deallocate()
    }

    subscript(index: Int) -> Calls.Message? { index < count ? room[index] : nil }

    /// Takes what a queue holds, as far as there is room; the number taken, nil for an error. With `milliseconds` it waits so long
    /// for all that `limit` allows.
    func take(from queue: KafkaQueue, limit: Int = .max, milliseconds: Int32 = 0) -> Int? {
        let taken = Calls.consumeBatch(
            queue.handle, into: room + count, limit: min(limit, capacity - count), milliseconds: milliseconds)
        guard taken >= 0 else { return nil }
        count += taken
        return taken
    }

    /// Frees all messages.
    func release() {
        for index in 0..<count {
            if let message = room[index] { Calls.messageDestroy(message) }
            room[index] = nil
        }
        count = 0
    }
}
