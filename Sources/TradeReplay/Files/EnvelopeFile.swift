import Foundation
package import TradeContracts

/// A file of records in the envelope of `kcat -J`, read line by line; `-` is standard input.
package final class EnvelopeFile {
    private let handle: FileHandle
    private let reader: EnvelopeReader
    private let size: Int64

    /// Milliseconds between looks at whether it is interrupted.
    private static let patience: Int32 = 200

    /// Opens the file; throws what is wrong with it. `isInterrupted` ends a wait for what comes through a pipe, with an error.
    package init(
        path: String, isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) throws(ContractError) {
        if path == "-" {
            handle = .standardInput
        } else {
            guard let opened = FileHandle(forReadingAtPath: path) else {
                throw ContractError("\(path) can't be read; expected a file of records, one JSON object a line")
            }
            handle = opened
        }
        let descriptor = handle.fileDescriptor
        var status = stat()
        size = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : 0
        reader = EnvelopeReader { (buffer: UnsafeMutableRawBufferPointer) throws(ContractError) -> Int in
            while true {
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&request, 1, EnvelopeFile.patience) <= 0 {
                    if isInterrupted() { throw ContractError("\(path): reading it was interrupted") }
                    continue
                }
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count >= 0 { return count }
                if errno != EINTR { throw ContractError("\(path): \(String(cString: strerror(errno)))") }
            }
        }
    }

    /// The next record; nil at the end.
    package func next() throws(ContractError) -> EnvelopeRecord? { try reader.next() }

    /// The number of the line that was read last, from 1.
    package var line: Int { reader.line }

    /// How much of the file is read, from 0 to 1; nil for what has no size.
    package var progress: Double? {
        guard size > 0 else { return nil }
        return min(1, Double(lseek(handle.fileDescriptor, 0, SEEK_CUR)) / Double(size))
    }
}
