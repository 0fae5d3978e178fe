import Settings
import Telemetry
import TradeContracts
import TradeKafka
import TradePipeline
import TradeStore

/// What the start found out about whose offsets and marks are there (G6).
struct StartIdentity {
    var owner: StoreOwner
    /// Where partitions begin that a group without our texts has read before.
    var startOffsets: [TopicPartition: Int64] = [:]
}

/// The look at Kafka before anybody joins a group or fences a producer (G6, R99): nothing has been decided or published yet, so
/// whatever is wrong is refused with what to do.
struct IdentityCheck {
    let configuration: Configuration
    let kafka: KafkaConfiguration
    let cluster: KafkaClusterIdentity
    let store: SQLiteStore
    let logger: Logger

    /// A position beyond the end of its partition may be a leader that lags behind (R99).
    private static let patience = 30.0
    /// How long a member of a group stays in it after its process has died, at most: a session of this configuration, 45 s by
    /// default, and a little.
    private var silence: Double {
        let text = kafka.consumerProperties["session.timeout.ms"] ?? kafka.properties["session.timeout.ms"] ?? ""
        return (Double(text) ?? 45_000) / 1_000 + 15
    }

    /// Nil where the stop came first. `pause` waits so many seconds, or until the stop.
    func run(isStopping: () -> Bool, pause: (Double) -> Void) throws -> StartIdentity? {
        let owner = try store.owner()
        // A new embedded broker holds nothing of anybody; one that is still the same nobody else can know.
        if cluster.isEmbedded { return StartIdentity(owner: owner) }
        if store.mayBeCopy, !owner.isAccepted {
            guard try waitForSilence(isStopping, pause) else { return nil }
        }
        guard try checkMark(owner, isStopping, pause) else { return nil }
        return try checkPositions(owner, isStopping, pause)
    }

    // MARK: - A copy beside the original

    /// The file is another one than before: it was moved, or it is a copy. A copy must not disturb whoever uses the original, so
    /// the group has to be without members first. False where the stop came.
    private func waitForSilence(_ isStopping: () -> Bool, _ pause: (Double) -> Void) throws -> Bool {
        logger.notice(
            "The store's file is another one than at its last start: looking whether somebody uses the other one")
        let end = MonotonicTime.after(seconds: silence)
        let inspection = try InputInspection(kafka)
        while let busy = try attempt(isStopping, pause, { try inspection.groupHasMembers(within: 5) }) {
            guard busy else { return true }
            guard MonotonicTime.now < end else {
                throw refused(
                    "\(store.path) was copied or moved, and the group \(kafka.groupID) has a member: the store that it was "
                        + "copied from is in use. Stop that service, or use its store; a copy becomes a store of its own only in "
                        + "a new store")
            }
            pause(1)
        }
        return false
    }

    // MARK: - The relay's mark

    private func checkMark(_ owner: StoreOwner, _ isStopping: () -> Bool, _ pause: (Double) -> Void) throws -> Bool {
        let relayID = configuration.relayID
        let found = try attempt(isStopping, pause) {
            // One inside, because nil is an answer.
            [try KafkaRelayMark.read(kafka, relayID: relayID, readCommitted: false, within: 5)]
        }
        guard let found else { return false }
        let opening = SinkOpening(
            mark: store.relayMark, highest: store.highestRow,
            expectsMark: try store.relayNote()?.expectsMark(at: configuration.relayPlace(cluster).name) ?? false)
        if case .refused(let reason) = RelayMarkRules(owner: owner, relayID: relayID).judge(found[0], opening) {
            throw refused(reason)
        }
        return true
    }

    // MARK: - Input positions

    private func checkPositions(
        _ owner: StoreOwner, _ isStopping: () -> Bool, _ pause: (Double) -> Void
    ) throws -> StartIdentity? {
        let rules = InputPositionRules(owner: owner)
        let accepted = try store.acceptances()
        let positions = store.inputPositions
        let inspection = try InputInspection(kafka)
        let end = MonotonicTime.after(seconds: IdentityCheck.patience)
        while true {
            let found = try attempt(isStopping, pause) {
                let partitions = Set(try inspection.partitions(within: 5)).union(positions.keys.filter(isRead))
                return try inspection.inspect(partitions.sorted(), positions: positions, within: 10)
            }
            guard let found else { return nil }
            var result = StartIdentity(owner: owner)
            var moved: [InputPosition] = []
            var problems: [String] = []
            var waits = false
            for (partition, there) in found.sorted(by: { $0.key < $1.key }) {
                var verdict = rules.judge(name(partition), there, positions[partition])
                if case .beyondEnd(let text) = verdict {
                    let acceptance = self.acceptance(partition)
                    if MonotonicTime.now < end, !accepted.contains(acceptance) {
                        waits = true
                        continue
                    }
                    verdict = .gap(text, nearest: there.high)
                }
                switch verdict {
                case .goOn: break
                case .begin(let offset): result.startOffsets[partition] = offset
                case .gap(let text, let nearest) where accepted.contains(acceptance(partition)):
                    logger.warning("An accepted gap: \(text); it goes on at \(nearest)")
                    moved.append(InputPosition(goingOnAt: nearest, of: partition))
                case .gap(let text, _):
                    problems.append(
                        "\(text). To go on at what is there: `trade-manager store accept gap --topic "
                            + "\(kafka.topics.name(of: partition.topic)) --partition \(partition.partition) --execute`")
                case .foreign(let text), .beyondEnd(let text): problems.append(text)
                }
            }
            guard problems.isEmpty else { throw refused(problems.joined(separator: "\n")) }
            if waits {
                pause(1)
                continue
            }
            if !accepted.isEmpty { try store.useAcceptances(moving: moved) }
            return result
        }
    }

    private func isRead(_ partition: TopicPartition) -> Bool { kafka.inputTopics.contains(partition.topic) }

    private func acceptance(_ partition: TopicPartition) -> Acceptance {
        .gap(topic: kafka.topics.name(of: partition.topic), partition: partition.partition)
    }

    private func name(_ partition: TopicPartition) -> String {
        "\(kafka.topics.name(of: partition.topic)) partition \(partition.partition)"
    }

    // MARK: -

    /// Asks until the broker answers; nil where the stop came.
    private func attempt<Answer>(
        _ isStopping: () -> Bool, _ pause: (Double) -> Void, _ ask: () throws -> Answer
    ) throws -> Answer? {
        var hasComplained = false
        while !isStopping() {
            do { return try ask() } catch let error as KafkaError {
                if !hasComplained {
                    logger.warning("Whose offsets are there can't be found out, it is tried again: \(error)")
                }
                hasComplained = true
            }
            pause(1)
        }
        return nil
    }

    private func refused(_ text: String) -> ConfigurationError {
        ConfigurationError(key: "store.path", from: configuration.store.$path.source, text)
    }
}

extension InputPosition {
    /// Behind a gap: nothing is known of the record before it.
    fileprivate init(goingOnAt offset: Int64, of partition: TopicPartition) {
        self.init(partition: partition, nextOffset: offset, lastOffset: -1, lastTimestamp: nil, lastChecksum: 0)
    }
}
