import Foundation
package import TradeContracts

/// A file of records that is written whole or not at all: under another name beside it, renamed at the end.
///
/// What is no regular file (`/dev/null`, a pipe) is written to as it is. The digest is that of all bytes.
package final class OutputFile {
    package enum Destination: Hashable, Sendable {
        case file(String)
        case standardOutput
        /// Nowhere: for the digest alone.
        case nowhere
    }

    private static let chunk = 1 << 20

    private let name: String
    /// The file to write to and the one to be; nil where nothing is renamed.
    private var renaming: (from: String, to: String)?
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    private let writer = EnvelopeWriter()
    private var digest = Digest()
    package private(set) var records: Int64 = 0
    package private(set) var bytes: Int64 = 0

    package init(_ destination: Destination) throws(ReplayError) {
        switch destination {
        case .nowhere: name = "nowhere"
        case .standardOutput:
            name = "standard output"
            descriptor = dup(STDOUT_FILENO)
        case .file(let path):
            name = path
            try open(path)
        }
        buffer.reserveCapacity(OutputFile.chunk + 4_096)
    }

    deinit { discard() }

    private func open(_ path: String) throws(ReplayError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC)
        } else {
            // A link stays one: what it leads to is replaced.
            let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            let partial = target.deletingLastPathComponent()
                .appendingPathComponent(".\(target.lastPathComponent).\(getpid()).partial").path
            descriptor = Foundation.open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            if descriptor >= 0 { renaming = (partial, target.path) }
        }
        guard descriptor >= 0 else { throw failure("can't be written") }
    }

    /// Appends a record's line.
    package func append(_ record: EnvelopeRecord) throws(ReplayError) {
        writer.append(record, to: &buffer)
        records += 1
        if buffer.count >= OutputFile.chunk { try flush() }
    }

    /// Makes the file whole and puts it in its place; the digest of its bytes, in hexadecimal.
    package func finish() throws(ReplayError) -> String {
        try flush()
        if let (from, to) = renaming {
            guard fsync(descriptor) == 0 else { throw failure("can't be made durable") }
            guard rename(from, to) == 0 else { throw failure("can't be put in its place") }
            renaming = nil
        }
        closeDescriptor()
        return digest.text()
    }

    /// Leaves everything as it was before.
    package func discard() {
        closeDescriptor()
        if let (from, _) = renaming { unlink(from) }
        renaming = nil
    }

    private func flush() throws(ReplayError) {
        digest.update(buffer)
        bytes += Int64(buffer.count)
        if descriptor >= 0 {
            var start = 0
            while start < buffer.count {
                let written = buffer.withUnsafeBytes { bytes in
                    write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
                }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw failure("can't be written") }
                start += written
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func closeDescriptor() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    private func failure(_ what: String) -> ReplayError {
        ReplayError(.file, "\(name) \(what): \(String(cString: strerror(errno)))")
    }
}
