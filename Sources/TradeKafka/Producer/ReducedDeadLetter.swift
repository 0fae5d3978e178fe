import TradeContracts
import TradePipeline

/// Sends of a dead letter that is too large as much as the broker takes (design §6).
enum ReducedDeadLetter {
    /// How sending one record ended.
    enum Attempt {
        case sent
        case refused
        /// Another reason, and what `publish` returns then.
        case failed(PublishResult)
    }

    /// Tries the reductions of a row, the best first; `refused` where it is no dead letter or nothing of it is taken.
    static func send(
        _ row: PublishableRow, log: (@Sendable (KafkaLogLine) -> Void)?, attempt: (EncodedRecord) -> Attempt
    ) -> Attempt {
        for reduction in DeadLetterEncoder.reductions(of: row.record) {
            switch attempt(reduction) {
            case .sent:
                let rest = reduction.key == nil ? ", key and headers" : ""
                let message =
                    "the dead letter of row \(row.number) is too large for the broker and goes without its value\(rest)"
                log?(KafkaLogLine(level: 3, facility: "DEADLETTER", message: message))
                return .sent
            case .refused: continue
            case .failed(let result): return .failed(result)
            }
        }
        return .refused
    }
}
