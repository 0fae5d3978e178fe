import CRdkafka
import TradeContracts
import TradePipeline

extension KafkaConsumer {
    /// How long a wait may be, in seconds.
    func secondsToNextTask() -> Double {
        // While a gap is looked after, a restart waits for that.
        let times = [nextDiscovery, nextProbe, nextCommit, nextAssign] + order.map { $0.gapCheck ?? $0.restart }
        guard let next = times.compactMap({ $0 }).min() else { return .infinity }
        return max(0, (next - .now) / .seconds(1))
    }

    /// Does what is due without an event.
    func runDueTasks() {
        let now = ContinuousClock.Instant.now
        if let time = nextProbe, time <= now { probe() }
        if let time = nextDiscovery, time <= now { discover() }
        if let time = nextCommit, time <= now {
            nextCommit = nil
            sendCommits()
        }
        if let time = nextAssign, time <= now { assignAll() }
        for reader in order {
            if let time = reader.gapCheck, time <= now {
                checkGap(reader)
            } else if reader.gapCheck == nil, let time = reader.restart, time <= now {
                restart(reader)
            }
        }
    }

    /// Looks whether a broker answers (again). It is asked for longer each time, for those that are far away.
    private func probe() {
        guard let client, client.isReachable(milliseconds: probePatience) else {
            probePatience = min(2 * probePatience, Self.longestProbe)
            nextProbe = .now + .seconds(1)
            return
        }
        nextProbe = nil
        probePatience = Self.shortestProbe
        if let text = outage.end() {
            tellRecovered(.broker, text)
        } else if readers.isEmpty {
            // A broker answers, but maybe not what we need of it.
            nextProbe = .now + .seconds(5)
        } else {
            tellRecovered(
                .broker, "a Kafka broker of \(configuration.bootstrapServers) answers, and there are no more errors")
        }
        if nextDiscovery != nil { nextDiscovery = .now }
    }

    /// Looks whether a position that the log doesn't have lies in it again: after a change of leader it may.
    private func checkGap(_ reader: PartitionReader) {
        guard let (low, high) = watermarks(of: reader.partition) else {
            reader.gapCheck = .now + .seconds(5)
            return
        }
        switch reader.checkGap(low: low, high: high, now: .now) {
        case .wait: break
        case .readAgain:
            reader.gapCheck = nil
            assignAll()
        case .tell(let position):
            tellTrouble(
                "gap: \(describe(reader.partition)) has to be read from offset \(position), but its log holds "
                    + "\(low) to \(high); its intake stands until an operator accepts it (trade-manager store accept gap)",
                of: .partition(reader.partition))
        }
    }

    package func close(deadline: Double) {
        guard let client else { return }
        let end = ContinuousClock.Instant.now + .seconds(max(0, deadline))
        sendCommits()
        waitForCommits(until: min(end, .now + .seconds(max(0, deadline) / 2)))
        endReading()
        let isFatal = client.terminalError(context: "") != nil
        let isClosed = !isFatal && leave(client, until: end)
        events = nil
        self.client = nil
        _ = client.destroy(within: (end - .now) / .seconds(1), closed: isClosed)
    }

    /// Leaves the group; false where that took too long.
    private func leave(_ client: KafkaClient, until end: ContinuousClock.Instant) -> Bool {
        events = nil
        guard let queue = try? KafkaQueue.new(of: client) else { return false }
        if let error = Calls.closeQueue(client.handle, queue.handle) {
            Calls.errorDestroy(error)
            return false
        }
        while !Calls.closed(client.handle) {
            guard .now < end else { return false }
            guard let event = queue.poll(milliseconds: 20) else { continue }
            switch event.type {
            case RD_KAFKA_EVENT_REBALANCE: _ = Calls.assign(client.handle, nil)
            case RD_KAFKA_EVENT_LOG: client.forward(event.logLine)
            default: break
            }
        }
        return true
    }
}
