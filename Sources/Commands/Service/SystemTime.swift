import Foundation
import Telemetry
import TradeCore
import TradePipeline

/// The machine's clocks and cores.
enum SystemTime {
    static var moment: Moment {
        Moment(
            monotonic: Int64(clamping: MonotonicTime.now), wall: Timestamp(microseconds: WallTime.now))
    }

    /// Cores that this process may use.
    static var cores: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
