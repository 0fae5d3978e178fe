/// Reads a file of records line by line, so that it may be larger than memory.
///
/// The bytes come from a closure: this target does no I/O.
package final class EnvelopeReader {
    /// The longest line in bytes: a value of 10 MiB of control characters, escaped, has room.
    package static let longestLine = 128 << 20

    private let read: (UnsafeMutableRawBufferPointer) throws(ContractError) -> Int
    private let decoder = EnvelopeLine()
    private var buffer: [UInt8] = []
    /// Where the next line begins in the buffer, and where no newline has been looked for yet.
    private var start = 0
    private var searched = 0
    private var isAtEnd = false
    /// The number of the line that was read last, from 1.
    package private(set) var line = 0

    private static let chunk = 1 << 16

    /// - Parameter read: puts the next bytes of the file into memory and returns how many, 0 at the end.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws(ContractError) -> Int) { self.read = read }

    /// The next record, nil at the end. A line that is no record is an error with its number (R17), an empty one too.
    package func next() throws(ContractError) -> EnvelopeRecord? {
        guard let range = try nextLine() else { return nil }
        line += 1
        let result = buffer.withUnsafeBytes { bytes -> Result<EnvelopeRecord, Undecodable> in
            do throws(Undecodable) {
                return .success(try decoder.record(UnsafeRawBufferPointer(rebasing: bytes[range])))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let record): return record
        case .failure(let cause): throw ContractError(line: line, cause.message)
        }
    }

    /// Where the next line stands in the buffer, without its newline; the last one needs none.
    private func nextLine() throws(ContractError) -> Range<Int>? {
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer {
                    start = newline + 1
                    searched = start
                }
                return start..<newline
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return start..<buffer.count
            }
            guard buffer.count - start <= EnvelopeReader.longestLine else {
                throw ContractError(line: line + 1, "the line has more than \(EnvelopeReader.longestLine) bytes")
            }
            try fill()
        }
    }

    private func fill() throws(ContractError) {
        buffer.removeSubrange(..<start)
        searched -= start
        start = 0
        let count = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: EnvelopeReader.chunk))
        let result = buffer.withUnsafeMutableBytes { bytes -> Result<Int, ContractError> in
            do throws(ContractError) {
                return .success(try read(UnsafeMutableRawBufferPointer(rebasing: bytes[count...])))
            } catch {
                return .failure(error)
            }
        }
        let added = min(max(0, (try? result.get()) ?? 0), EnvelopeReader.chunk)
        buffer.removeLast(EnvelopeReader.chunk - added)
        isAtEnd = try result.get() <= 0
    }
}
