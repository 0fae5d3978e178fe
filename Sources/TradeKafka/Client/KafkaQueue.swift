import CRdkafka

/// A queue of a client. It is freed before its client.
final class KafkaQueue {
    let handle: OpaquePointer
    private let client: KafkaClient

    private init(_ client: KafkaClient, _ handle: OpaquePointer?, _ what: String) throws(KafkaError) {
        guard let handle else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "opening the \(what) queue")
        }
        self.handle = handle
        self.client = client
    }

    deinit { Calls.queueDestroy(handle) }

    static func new(of client: KafkaClient) throws(KafkaError) -> KafkaQueue {
        try KafkaQueue(client, Calls.queueNew(client.handle), "new")
    }

    static func main(of client: KafkaClient) throws(KafkaError) -> KafkaQueue {
        try KafkaQueue(client, Calls.queueMain(client.handle), "main")
    }

    static func consumer(of client: KafkaClient) throws(KafkaError) -> KafkaQueue {
        try KafkaQueue(client, Calls.queueConsumer(client.handle), "consumer")
    }

    /// The queue of a partition's records, cut off from the consumer's queue so that it is read on its own.
    static func records(of client: KafkaClient, topic: String, partition: Int32) throws(KafkaError) -> KafkaQueue {
        let pointer = Calls.queuePartition(client.handle, topic, partition)
        let queue = try KafkaQueue(client, pointer, "\(topic) \(partition)")
        Calls.queueForward(queue.handle, to: nil)
        return queue
    }

    /// The next event, nil after `milliseconds` without one.
    func poll(milliseconds: Int32) -> KafkaEvent? {
        Calls.queuePoll(handle, milliseconds: milliseconds).map { KafkaEvent($0) }
    }
}
