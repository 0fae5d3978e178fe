import CRdkafka
import TradeContracts
import TradePipeline

/// Partitions of our topics that are not read yet.
extension KafkaConsumer {
    /// Looks which partitions there are: those that nobody gives out are taken, of those that the group gives out it is seen
    /// that all come.
    func discover() {
        guard let client else { return }
        // In an outage only the probe asks, which begins this anew at its end.
        guard !outage.isOn, let listing = try? client.topics(milliseconds: 500) else {
            nextDiscovery = .now + .seconds(1)
            return
        }
        var isMissing = false
        var new: Set<TopicPartition> = []
        for topic in configuration.inputTopics {
            let name = configuration.topics.name(of: topic)
            guard let count = listing.partitions[name] else {
                isMissing = true
                tellTrouble("the topic \(name) does not exist yet; reading it begins when it does", of: .topic(topic))
                continue
            }
            tellRecovered(.topic(topic), "the topic \(name) is there")
            for number in 0..<max(0, count) {
                let partition = TopicPartition(topic: topic, partition: number)
                if readers[partition] == nil, !offered.contains(partition) { new.insert(partition) }
            }
        }
        switch mode {
        case .allPartitions: take(new)
        case .group: ask(for: new, client)
        }
        nextDiscovery = .now + (isMissing ? .seconds(1) : .seconds(10))
        if let time = missing.nextLook { nextDiscovery = nextDiscovery.map { min($0, max(time, .now + .seconds(1))) } }
    }

    private func take(_ new: Set<TopicPartition>) {
        guard !new.isEmpty else { return }
        offered.formUnion(new)
        pending.append(.assigned(new.sorted()))
    }

    /// Subscribing again makes this member join again, and where the group's leader does so the broker rebalances.
    private func ask(for lacking: Set<TopicPartition>, _ client: KafkaClient) {
        let names = lacking.sorted().map { describe($0) }.joined(separator: ", ")
        if lacking.isEmpty { tellRecovered(.group, "the group \(configuration.groupID) has given us all partitions") }
        switch missing.look(lacking, now: .now) {
        case .nothing: break
        case .rebalance:
            tellTrouble(
                "the group \(configuration.groupID) has not given us \(names); asking it to rebalance", of: .group)
            do throws(KafkaError) { try subscribe(client) } catch { tellTrouble(error.description, of: .group) }
        case .tell:
            tellTrouble(
                "the group \(configuration.groupID) gives \(names) to others: one process has to read all partitions (end "
                    + "the other members, or give them a group of their own)", of: .group)
        }
    }
}
