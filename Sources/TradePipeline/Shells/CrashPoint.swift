import Foundation

/// Every place around a commit or a publishing where the process may die: what was before it has happened, what is behind it not.
///
/// Tests kill the process at each of them, alone and in pairs, and fail where one is never reached. A debug build dies there by
/// SIGKILL where the environment says `CRASH_AT=<point>[:<how many times it is passed before>]`; a release build has nothing of it.
package enum CrashPoint: String, CaseIterable, Sendable {
    // The start
    case storeOpened
    case clusterAdopted
    case identityChecked

    // The writer
    case beforeCommit
    /// Everything of the group is in the store's transaction, which is open.
    case inTransaction
    /// Durable, and nobody knows it yet.
    case afterCommit

    // The consumer
    case recordsArrived
    case beforeOffsets
    case afterOffsets

    // The relay
    case beforeOpening
    /// Earlier producers are fenced, whose mark it is is not known yet.
    case producersFenced
    case afterOpening
    case beforePublishing
    /// Every row is acknowledged; their transaction is open, without the mark.
    case rowsAcknowledged
    /// The mark is in the transaction, too.
    case markSent
    /// The transaction is committed, and the store does not know it.
    case transactionCommitted
    case afterPublishing

    /// Points that only a sink with transactions passes.
    package var needsTransactions: Bool {
        switch self {
        case .producersFenced, .rowsAcknowledged, .markSent, .transactionCommitted: true
        default: false
        }
    }

    /// The process passes this point.
    @inline(__always)
    package func reached() {
        #if DEBUG
            CrashPlan.fromEnvironment?.reached(self)
        #endif
    }
}

#if DEBUG
    /// Where this process has to die.
    private final class CrashPlan: @unchecked Sendable {
        // Unchecked: the count is guarded by the lock.
        private let point: CrashPoint
        private let lock = NSLock()
        private var left: Int

        static let fromEnvironment: CrashPlan? = {
            guard let text = ProcessInfo.processInfo.environment["CRASH_AT"] else { return nil }
            let parts = text.split(separator: ":")
            guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return nil }
            return CrashPlan(point, passing: parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        }()

        private init(_ point: CrashPoint, passing: Int) {
            self.point = point
            left = passing
        }

        func reached(_ point: CrashPoint) {
            guard point == self.point else { return }
            let dies = lock.withLock {
                left -= 1
                return left < 0
            }
            if dies { kill(getpid(), SIGKILL) }
        }
    }
#endif
