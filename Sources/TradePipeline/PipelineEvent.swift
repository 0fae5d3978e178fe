package import TradeContracts
package import TradeCore

/// What happened, for the log. The machine has no logger; a shell renders these outside of the lock.
package enum PipelineEvent: Sendable {
    case acquired(ExpertUseCase, run: Int64, event: String?)
    case busy(ExpertUseCase, heldBy: Int64, event: String)
    case released(ExpertUseCase, run: Int64)
    /// The safety check found an active position (design §4).
    case existingPosition(ExpertUseCase, run: Int64, event: String, RecommendationID, Symbol, ExistingPosition)
    case passFailed(ExpertUseCase, run: Int64, failures: Int, retryIn: Int64, reason: String)
    case deadLetter(RecordAddress, Undecodable)
    case duplicate(ExpertUseCase, event: String, RecordAddress)
    case updateIgnored(ExpertID, order: UniqueID?, RecordAddress)
    case updateReported(ExpertID, order: UniqueID?, String)
    case referenceChanged(ReferenceKey, warnings: [String])
    case referenceComplete(experts: Int, accounts: Int, rulesets: Int)
    case haltChanged(HaltChange)
    case entryRefused(number: Int64, reason: String)
    case storeUnavailable(String)
    case storeInDoubt(String)
    case storeAvailable
    case publishFailed(String)
    case publishing
    /// An order is withdrawn before it was published.
    case orderWithdrawn(ExpertUseCase, order: UniqueID, String)
    case intakePaused(String)
    case intakeResumed
}

/// Counts since the start; read under the pipeline's lock when metrics are asked for.
package struct PipelineCounters: Hashable, Sendable {
    package var events: Int64 = 0
    package var recommendations: Int64 = 0
    package var orders: Int64 = 0
    package var skips: [SkipReason: Int64] = [:]
    package var deadLetters: [DeadLetterReason: Int64] = [:]
    package var updatesApplied: Int64 = 0
    package var updatesIgnored: Int64 = 0
    package var updatesReported: Int64 = 0
    package var referenceChanges: Int64 = 0
    /// Records below their partition's position: taken in before (R12).
    package var redelivered: Int64 = 0
    package var runs: Int64 = 0
    package var passes: Int64 = 0
    package var passFailures: Int64 = 0
    package var reevaluations: Int64 = 0
    package var commits: Int64 = 0
    package var groups: Int64 = 0
    package var refusals: Int64 = 0
    package var published: Int64 = 0
    /// Outbox rows that were set aside.
    package var withdrawn: Int64 = 0
    package var loads: Int64 = 0

    package init() {}
}
