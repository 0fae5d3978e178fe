import CRdkafka

extension ProducerSession {
    /// Makes a call of the library that may be made again to go on with it, until it has ended or the patience has. Serves the
    /// reports and the log in between, without which an abort never ends. Nil: it succeeded.
    func resume(
        _ patience: inout Patience, context: String,
        report: (_ number: Int, _ code: rd_kafka_resp_err_t) -> Void = { _, _ in },
        call: (_ client: OpaquePointer, _ milliseconds: Int32) -> OpaquePointer?
    ) -> KafkaError? {
        var error: KafkaError
        repeat {
            let start = ContinuousClock.Instant.now
            let slice = patience.milliseconds(atMost: 50)
            guard let object = call(client.handle, slice) else {
                _ = serve(milliseconds: 0, report: report)
                return nil
            }
            error = KafkaError(taking: object, context: context)
            guard error.isRetriable else { return error }
            // One that comes at once would come as quickly again.
            let isEarly = start.duration(to: .now) < .milliseconds(10)
            _ = serve(milliseconds: isEarly ? 10 : 0, report: report)
        } while !patience.isOver
        return error
    }

    /// Takes the transactional id over: what another producer of it has begun is settled, and it can go on with nothing.
    func initTransactions(of id: String, _ patience: inout Patience) throws(KafkaError) {
        let error = resume(
            &patience, context: "taking the transactions of \(id) over", call: Calls.initTransactions)
        if let error { throw error }
    }
}
