package import TradeContracts
import TradeCore

// How everything stands that has to get on: what a watchdog looks at now and then.
extension Pipeline {
    /// The most passes that are told one by one.
    private static let told = 1_000

    /// `topics`: the names to tell partitions by.
    package func progress(topics: TopicNames) -> [Progress] {
        var all = [storeProgress, relayProgress]
        for partition in partitions.values {
            let name = "\(topics.name(of: partition.id.topic))/\(partition.id.partition)"
            all.append(
                Progress(
                    name: "partition \(name)", mark: partition.nextIntake, isPending: !partition.waiting.isEmpty,
                    doing: "offset \(partition.nextIntake) waits: \(reason(for: partition))"))
        }
        for pass in passes.values.prefix(Pipeline.told) {
            all.append(
                Progress(
                    name: "pass of \(pass.key.key)", mark: pass.number << 8 | Int64(pass.attempt & 0xFF),
                    isPending: true, doing: "run \(pass.run) is \(pass.phase)"))
        }
        return all
    }

    private var storeProgress: Progress {
        let doing =
            switch queue.phase {
            case .working: "\(queue.count) entries are queued, the writer has \(queue.sent)"
            case .unavailable: "it is unavailable, \(queue.count) entries wait"
            case .inDoubt, .doubtful: "whether the last commit is durable is not known"
            case .recovering: "what a refused entry touched is read again"
            }
        return Progress(
            name: "store", mark: queue.durable, isPending: !queue.isEmpty, doing: doing,
            trouble: queue.isWorking ? nil : troubles.store ?? doing)
    }

    private var relayProgress: Progress {
        let doing =
            "\(relay.unpublished) rows wait for publishing, from row \(relay.acknowledged + 1) on"
            + (relay.withdrawing.isEmpty ? "" : "; \(relay.withdrawing.count) are being withdrawn")
        let isFailing = relay.failures > 0 || relay.phase == .refused
        return Progress(
            name: "relay", mark: relay.acknowledged, isPending: relay.unpublished > 0, doing: doing,
            trouble: isFailing ? troubles.relay ?? doing : nil)
    }

    private func reason(for partition: PartitionState) -> String {
        if !queue.isWorking || recovery != nil { return "the store is in trouble" }
        if !referenceReady, partition.id.topic != .reference { return "the reference topic is not read to its end" }
        if intakePaused { return "intake is paused, \(relay.unpublished) rows wait for publishing" }
        if isFull { return "the commit queue is full" }
        guard let record = partition.waiting.first else { return "nothing" }
        if record.loads > 0 { return "the store is asked for what it brings" }
        switch record.decoded.body {
        case .event(let event): return "expert \(event.expert) is being read from the store"
        case .orderUpdate(let update): return "expert \(update.expert) is being read from the store"
        case .reference, .undecodable: return "its turn"
        }
    }
}

/// The last words on what is in trouble.
struct Troubles {
    var store: String?
    var relay: String?

    mutating func hear(_ event: PipelineEvent) {
        switch event {
        case .storeUnavailable(let reason), .storeInDoubt(let reason): store = reason
        case .storeAvailable: store = nil
        case .publishFailed(let reason): relay = reason
        case .publishing: relay = nil
        default: break
        }
    }
}
