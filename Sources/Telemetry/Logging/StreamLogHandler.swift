import Foundation

/// Writes log lines to a file descriptor, one `write` a line.
///
/// No lock is held: the kernel keeps the lines of several threads apart, and a reader that is slow holds up only those that log.
/// A line that can't be written (nobody reads any more, the disk is full, a non-blocking pipe is full) is dropped: the log never
/// stops the service.
package struct StreamLogHandler: LogHandler {
    /// Takes bytes, returns how many of them it took, or a negative number if it won't take any.
    package typealias Write = @Sendable (UnsafeRawBufferPointer) -> Int

    private let format: LogFormat
    private let now: @Sendable () -> Int64
    private let write: Write

    package init(
        format: LogFormat, now: @escaping @Sendable () -> Int64 = { WallTime.now },
        write: @escaping Write = StreamLogHandler.standardError
    ) {
        self.format = format
        self.now = now
        self.write = write
    }

    package func log(_ event: LogEvent) {
        let line = format.line(of: event, at: now())
        line.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = write(rest)
                guard count > 0, count <= rest.count else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// Writes to standard error; tries again where a signal came between.
    package static let standardError: Write = { bytes in
        while true {
            let count = Foundation.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }
}
