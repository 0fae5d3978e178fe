import CBenchmarks
import Foundation

/// What this process has used so far.
struct ProcessUsage {
    /// Nanoseconds of the monotonic clock.
    let time: UInt64
    /// Seconds of the processors, over all threads.
    let processor: Double
    let allocations: UInt64
    /// Bytes of memory.
    let resident: Int

    static var now: ProcessUsage {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        return ProcessUsage(
            time: monotonic(), processor: Double(used.tv_sec) + Double(used.tv_nsec) / 1e9,
            allocations: cbenchmarks_allocations(), resident: resident)
    }

    private static func monotonic() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Bytes of memory that are resident.
    static var resident: Int {
        let fields = text(of: "/proc/self/statm").split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    /// The most that was resident since `forgetPeak`.
    static var peak: Int {
        for line in text(of: "/proc/self/status").split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
        }
        return 0
    }

    /// Gives freed memory back, and begins to look for the peak anew.
    static func forgetPeak() {
        cbenchmarks_trim()
        let file = open("/proc/self/clear_refs", O_WRONLY)
        guard file >= 0 else { return }
        _ = write(file, "5", 1)
        close(file)
    }

    private static func text(of path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
