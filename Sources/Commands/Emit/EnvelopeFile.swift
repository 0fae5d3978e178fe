import Foundation
import TradeContracts

/// A file of records in the envelope of `kcat -J`, read line by line; `-` is standard input.
final class EnvelopeFile {
    private let handle: FileHandle
    private let reader: EnvelopeReader

    /// Opens the file; throws what is wrong with it.
    init(path: String) throws(ContractError) {
        if path == "-" {
            handle = .standardInput
        } else {
            guard let opened = FileHandle(forReadingAtPath: path) else {
                throw ContractError("\(path) can't be read; expected a file of records, one JSON object a line")
            }
            handle = opened
        }
        let descriptor = handle.fileDescriptor
        reader = EnvelopeReader { (buffer: UnsafeMutableRawBufferPointer) throws(ContractError) -> Int in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count >= 0 { return count }
                if errno != EINTR { throw ContractError("\(path): \(String(cString: strerror(errno)))") }
            }
        }
    }

    /// The next record; nil at the end.
    func next() throws(ContractError) -> EnvelopeRecord? { try reader.next() }
}
