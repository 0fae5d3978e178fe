import CRdkafka
import TradeContracts
package import TradePipeline

extension KafkaConsumer {
    /// Takes in what the consumer's queue holds; waits up to `milliseconds` for the first event.
    func serveEvents(milliseconds: Int32) {
        var milliseconds = milliseconds
        // Bounded, so that a flood of log lines doesn't keep the records waiting.
        for _ in 0..<1_000 {
            guard let event = events?.poll(milliseconds: milliseconds) else { return }
            milliseconds = 0
            switch event.type {
            case RD_KAFKA_EVENT_REBALANCE: rebalance(event)
            case RD_KAFKA_EVENT_OFFSET_COMMIT: committed(event)
            case RD_KAFKA_EVENT_ERROR: failed(event)
            case RD_KAFKA_EVENT_LOG: client?.forward(event.logLine)
            default: break
            }
        }
        hasMore = true
    }

    // MARK: Rebalance

    private func rebalance(_ event: KafkaEvent) {
        guard let client else { return }
        let partitions = event.partitions.compactMap { element in
            configuration.topics.inputTopic(named: element.name).map {
                TopicPartition(topic: $0, partition: element.partition)
            }
        }.sorted()
        switch event.code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            endReading()
            offered = Set(partitions)
            isRevoking = false
            isLost = false
            if let reason = refusal(of: partitions) {
                refuse(reason)
                return
            }
            pending.append(.assigned(partitions))
            nextDiscovery = .now
            // Nobody will start an empty assignment, and the group waits for the answer.
            if partitions.isEmpty { assignAll() }
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            isLost = Calls.assignmentLost(client.handle)
            if isLost {
                commits.forget(partitions)
                tellTrouble(
                    "the group \(configuration.groupID) gave our partitions to others, we were too slow or away",
                    of: .group)
            }
            endReading()
            isRevoking = true
            nextDiscovery = nil
            pending.append(.revoked(partitions))
        default:
            tellTrouble("rebalance failed: \(event.text) [\(Calls.name(of: event.code))]", of: .group)
            endReading()
            nextDiscovery = nil
            _ = Calls.assign(client.handle, nil)
        }
    }

    /// Somebody else may have committed since the start (G6). What can't be asked now was asked then.
    private func refusal(of partitions: [TopicPartition]) -> String? {
        guard let refuses = configuration.refusesCommit, let found = try? committed(partitions, within: 2) else {
            return nil
        }
        for (partition, offset) in found.sorted(by: { $0.key < $1.key }) where partition.topic != .reference {
            if let reason = refuses(offset.metadata) { return "\(describe(partition)): \(reason)" }
        }
        return nil
    }

    /// Nothing is delivered any more; the queues go with the readers.
    func endReading() {
        for reader in order {
            lastRecords[reader.partition] = reader.last
            tellRecovered(.partition(reader.partition), "\(describe(reader.partition)) is not ours to read now")
        }
        readers.removeAll()
        order.removeAll()
        offered.removeAll()
        pausedEarly.removeAll()
    }

    package func finishRevocation() {
        guard isRevoking, let client else { return }
        isRevoking = false
        // The partitions are still ours: offsets that wait may go before them, but not for long.
        sendCommits()
        waitForCommits(until: .now + .seconds(2))
        commits = CommitQueue()
        let code = Calls.assign(client.handle, nil)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            assignFailed(KafkaError(code, context: "giving partitions back"))
        }
    }

    // MARK: Commits

    package func commit(_ offsets: [OffsetCommit]) {
        commits.add(offsets)
        sendCommits()
    }

    /// Sends what waits, unless the group is between two assignments.
    func sendCommits() {
        guard let client, let events, mode == .allPartitions || isRevoking || !readers.isEmpty else { return }
        // Also before the event says so: the library has forgotten the member's id by then, commits all the same, and takes the
        // broker's FENCED_INSTANCE_ID for fatal.
        guard !isLost, !Calls.assignmentLost(client.handle) else { return }
        let offsets = commits.take()
        guard !offsets.isEmpty else { return }
        do throws(KafkaError) {
            let list = try PartitionList(capacity: offsets.count)
            for offset in offsets {
                let topic = configuration.topics.name(of: offset.partition.topic)
                list.add(topic, offset.partition.partition, offset: offset.nextOffset, metadata: offset.metadata)
            }
            let code = Calls.commitQueue(client.handle, list.handle, events.handle)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: commitContext) }
        } catch {
            commitFailed(error.description) { _ in true }
        }
    }

    private var commitContext: String { "committing offsets of the group \(configuration.groupID)" }

    private func committed(_ event: KafkaEvent) {
        let code = event.code
        let failed = event.partitions.filter { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, failed.isEmpty {
            commits.ended { _ in false }
            tellRecovered(.offsets, "offsets of the group \(configuration.groupID) are committed again")
            sendCommits()
            return
        }
        let cause = code == RD_KAFKA_RESP_ERR_NO_ERROR ? failed.first?.err ?? code : code
        let names = Set(failed.map { "\($0.name) \($0.partition)" })
        let error = KafkaError(cause, context: commitContext)
        commitFailed(error.description) { partition in
            names.isEmpty
                || names.contains("\(self.configuration.topics.name(of: partition.topic)) \(partition.partition)")
        }
    }

    private func commitFailed(_ text: String, failed: (TopicPartition) -> Bool) {
        commits.ended(failed: failed)
        nextCommit = .now + .seconds(1)
        tellTrouble(text, of: .offsets)
    }

    /// Serves events until no commit is on its way.
    func waitForCommits(until deadline: ContinuousClock.Instant) {
        while commits.isSent, .now < deadline { serveEvents(milliseconds: 50) }
    }

    // MARK: Errors

    private func failed(_ event: KafkaEvent) {
        let code = event.code
        // A fatal error comes under the code of its cause.
        if let error = client?.terminalError(context: "reading") {
            end(with: error)
            return
        }
        switch code {
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: beginOutage()
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE: outage.connectionFailed(event.text)
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: break
        default:
            let context = "reading with the group \(configuration.groupID)"
            tellTrouble(KafkaError(code, context: context, text: event.text).description)
            // Where nothing comes to be read, nothing else would tell that it is over.
            if !outage.isOn { nextProbe = .now + .seconds(30) }
        }
    }

    /// The library's client is of no use any more.
    ///
    /// Where the group had counted us out before, the broker means nobody but ourselves: the library had an offset to commit left,
    /// for a coordinator that was away, and sends it without the member's id that it has given up meanwhile. Then a new client
    /// joins. Else another process has taken our place in the group, and this one must not take it back.
    func end(with error: KafkaError) {
        guard isLost, mode == .group, error.code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue else {
            fail(error)
            return
        }
        tellTrouble("\(error.description); joining the group anew", of: .group)
        endReading()
        isRevoking = false
        isLost = false
        commits = CommitQueue()
        nextDiscovery = nil
        nextCommit = nil
        nextAssign = nil
        events = nil
        let old = client
        client = nil
        _ = old?.destroy(within: 0, closed: false)
        do throws(KafkaError) { try open() } catch { fail(error) }
    }

    func beginOutage() {
        guard let text = outage.begin() else { return }
        tellTrouble(text)
        nextProbe = .now + .seconds(1)
    }

    /// An error, or the end of the partition, in place of a record.
    func readingFailed(_ reader: PartitionReader, _ message: Calls.Message) {
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            noteReading(of: reader.partition)
            guard reader.acceptsEnd(message.pointee.offset) else { return }
            ends.append(.reachedEnd(reader.partition, offset: message.pointee.offset))
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            // The library has given the partition up; whether its position comes into the log is looked after (R99).
            reader.gapIsFound(now: .now)
        case let code:
            let text = Calls.messageText(message)
            let error = KafkaError(code, context: "reading \(describe(reader.partition))", text: text)
            tellTrouble(error.description, of: .partition(reader.partition))
            reader.hasFailed(now: .now)
        }
    }
}
