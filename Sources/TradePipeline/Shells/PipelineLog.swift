import Telemetry
import TradeContracts
import TradeCore

/// Renders what happened in the pipeline as log lines, outside of its lock (design §4, "Log lines").
struct PipelineLog: Sendable {
    let logger: Logger
    let topics: TopicNames

    func write(_ event: PipelineEvent) {
        switch event {
        case .acquired(let key, let run, let event):
            logger.debug(
                "Acquired processing lock for expert \(key.expert) (\(key.useCase.rawValue))",
                metadata: metadata(key, run: run, event: event))
        case .busy(let key, let heldBy, let event):
            logger.info(
                "Could not acquire lock for expert \(key.expert) (\(key.useCase.rawValue)) - another thread is already processing. Skipping.",
                metadata: metadata(key, run: heldBy, event: event))
        case .released(let key, let run):
            logger.debug(
                "Released processing lock for expert \(key.expert) (\(key.useCase.rawValue))",
                metadata: metadata(key, run: run, event: nil))
        case .existingPosition(let key, let run, let event, let recommendation, let symbol, let position):
            logger.warning(
                "SAFETY CHECK: Skipping recommendation \(recommendation) for \(symbol) - existing transaction \(position.id) in \(position.status.rawValue) status for expert \(key.expert)",
                metadata: metadata(key, run: run, event: event))
        case .passFailed(let key, let run, let failures, let retryIn, let reason):
            logger.error(
                "Pass failed, its recommendations stay pending and are tried again: \(reason)",
                metadata: metadata(key, run: run, event: nil).merging([
                    "failures": .integer(Int64(failures)), "retry_in_seconds": .number(Double(retryIn) / 1e9),
                ]))
        case .duplicate(let key, let event, let address):
            logger.info(
                "Skipping event that was taken in before",
                metadata: metadata(key, run: nil, event: event)
                    .merging(metadata(address)))
        case .deadLetter(let address, let cause):
            logger.warning(
                "Dead letter: \(cause.message)",
                metadata: metadata(address).merging(["reason": .text(cause.reason.rawValue)]))
        default:
            writeRest(event)
        }
    }

    private func writeRest(_ event: PipelineEvent) {
        switch event {
        case .updateIgnored(let expert, let order, let address):
            logger.info(
                "Order update for an order that is not ours",
                metadata: metadata(address).merging([
                    "expert": .integer(expert.rawValue), "order_id": .text(order?.description ?? ""),
                ]))
        case .updateReported(let expert, let order, let message):
            logger.error(
                "An operator has to look: \(message)",
                metadata: ["expert": .integer(expert.rawValue), "order_id": .text(order?.description ?? "")])
        case .referenceChanged(let key, let warnings):
            logger.debug("Reference data changed: \(key)")
            for warning in warnings { logger.warning("Reference data: \(warning)") }
        case .referenceComplete(let experts, let accounts, let rulesets):
            logger.info(
                "Reference data is complete",
                metadata: [
                    "experts": .integer(Int64(experts)), "accounts": .integer(Int64(accounts)),
                    "rulesets": .integer(Int64(rulesets)),
                ])
        case .haltChanged(.halt(let halt)):
            logger.warning("Halt: \(halt.message)")
        case .haltChanged(.resume(let scope, let entriesOnly, let reason)):
            logger.warning("Resume: \(scope)\(entriesOnly ? ", entries" : ""): \(reason)")
        case .entryRefused(let number, let reason):
            logger.error("The store refused an entry: \(reason)", metadata: ["commit": .integer(number)])
        case .storeUnavailable(let reason):
            logger.error("The store is unavailable, nothing is lost and it is tried again: \(reason)")
        case .storeInDoubt(let reason):
            logger.error("Whether a commit is durable is in doubt, the store is opened anew: \(reason)")
        case .storeAvailable: logger.notice("The store is available again")
        case .publishFailed(let reason):
            logger.warning("Publishing failed, it goes on from the first row that is not acknowledged: \(reason)")
        case .publishing: logger.notice("Publishing works again")
        case .orderWithdrawn(let key, let order, let message):
            logger.warning(
                "Withdrawn before it was published: \(message)",
                metadata: [
                    "expert": .integer(key.expert.rawValue), "use_case": .text(key.useCase.rawValue),
                    "order": .text(order.description),
                ])
        case .intakePaused(let reason): logger.warning("Intake paused: \(reason)")
        case .intakeResumed: logger.notice("Intake goes on")
        default: break
        }
    }

    func partitions(_ what: String, _ partitions: [TopicPartition]) {
        let names = partitions.sorted().map { "\(topics.name(of: $0.topic))/\($0.partition)" }
        logger.info("\(what) partitions", metadata: ["partitions": .text(names.joined(separator: " "))])
    }

    func stuck(_ progress: Progress, for nanoseconds: Int64) {
        logger.error(
            "Stuck: \(progress.name) has not got on: \(progress.doing)",
            metadata: ["seconds": .number(Double(nanoseconds) / 1e9)])
    }

    func goesOn(_ name: String, after nanoseconds: Int64) {
        logger.notice("Not stuck any more: \(name)", metadata: ["seconds": .number(Double(nanoseconds) / 1e9)])
    }

    func sourceTrouble(_ text: String) { logger.warning("\(text)") }
    func sourceRecovered(_ text: String) { logger.notice("\(text)") }

    func readFailed(_ error: any Error) {
        logger.error("The store can't be read, it is tried again: \(error)")
    }

    private func metadata(_ key: ExpertUseCase, run: Int64?, event: String?) -> LogMetadata {
        var metadata: LogMetadata = [
            "expert": .integer(key.expert.rawValue), "use_case": .text(key.useCase.rawValue),
        ]
        if let event { metadata["event_id"] = .text(event) }
        if let run { metadata["run"] = .integer(run) }
        return metadata
    }

    private func metadata(_ address: RecordAddress) -> LogMetadata {
        [
            "topic": .text(topics.name(of: address.topic)), "partition": .integer(Int64(address.partition)),
            "offset": .integer(address.offset),
        ]
    }
}
