import CRdkafka

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends a wait from any thread: a pipe that the library's queues and `wake` write to.
final class Wakeup: Sendable {
    private let readEnd: Int32
    let writeEnd: Int32

    init() throws(KafkaError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw KafkaError(
                RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "opening a pipe", text: String(cString: strerror(errno)))
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func wake() {
        // A full pipe ends the wait as well.
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// Waits up to `seconds` for a signal.
    func wait(seconds: Double) {
        var request = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, Int32(clamping: Int((max(0, min(seconds, 3_600)) * 1_000).rounded(.up))))
    }

    /// Takes in all signals so far.
    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { room in
            while read(readEnd, room.baseAddress, room.count) == room.count {}
        }
    }
}
