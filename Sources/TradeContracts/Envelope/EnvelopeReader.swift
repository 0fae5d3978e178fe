/// Reads a file of records line by line, so that it may be larger than memory.
///
/// The bytes come from a closure: this target does no I/O.
package final class EnvelopeReader {
    /// The longest line in bytes: a value of 20 MB of control characters, escaped, has room.
    package static let longestLine = 128 << 20

    private let read: (UnsafeMutableRawBufferPointer) throws(ContractError) -> Int
    private let decoder = EnvelopeLine()
    private let buffer = LineBuffer()
    /// The number of the line that was read last, from 1.
    package private(set) var line = 0

    /// - Parameter read: puts the next bytes of the file into memory and returns how many, 0 at the end.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws(ContractError) -> Int) { self.read = read }

    /// The next record, nil at the end. A line that is no record is an error with its number (R17), an empty one too.
    package func next() throws(ContractError) -> EnvelopeRecord? {
        guard let text = try nextLine() else { return nil }
        line += 1
        do throws(Undecodable) {
            return try decoder.record(text)
        } catch {
            throw ContractError(line: line, error.message)
        }
    }

    /// The next line without its newline; the last one needs none.
    private func nextLine() throws(ContractError) -> UnsafeRawBufferPointer? {
        while true {
            if let text = buffer.takeLine() { return text }
            guard buffer.count <= EnvelopeReader.longestLine else {
                throw ContractError(line: line + 1, "the line has more than \(EnvelopeReader.longestLine) bytes")
            }
            if try buffer.fill(read) { continue }
            return buffer.count == 0 ? nil : buffer.takeRest()
        }
    }
}
