import CSystem

/// The monotonic clock: for deadlines and durations, never for what is written down.
package enum MonotonicTime {
    /// Nanoseconds since an arbitrary start (`CLOCK_MONOTONIC`), the same for all threads.
    package static var now: UInt64 { csystem_monotonic_nanoseconds() }

    /// The time that is `seconds` from now; a duration that is negative or not a number counts as 0, an endless one as 100 years.
    package static func after(seconds: Double) -> UInt64 {
        let nanoseconds = min(max(seconds.isNaN ? 0 : seconds, 0), 3_153_600_000) * 1e9
        return now &+ UInt64(nanoseconds)
    }
}
