/// Memory that a file is read into piece by piece and taken out of line by line.
final class LineBuffer {
    private var memory: UnsafeMutableRawBufferPointer
    /// Where the next line begins, up to where no newline was found, and where what was read ends.
    private var start = 0
    private var searched = 0
    private var end = 0

    private static let chunk = 1 << 16

    init() { memory = UnsafeMutableRawBufferPointer.allocate(byteCount: LineBuffer.chunk * 2, alignment: 16) }

    deinit { memory.deallocate() }

    /// Bytes that were read and not yet taken.
    var count: Int { end - start }

    /// Takes the next line, without its newline, or nil where none is whole; valid until the next call of `fill`.
    func takeLine() -> UnsafeRawBufferPointer? {
        while searched < end {
            searched += 1
            if memory[searched - 1] == UInt8(ascii: "\n") { return take(upTo: searched - 1) }
        }
        return nil
    }

    /// Takes what is left, a line without a newline; valid until the next call of `fill`.
    func takeRest() -> UnsafeRawBufferPointer {
        searched = end
        return take(upTo: end)
    }

    private func take(upTo end: Int) -> UnsafeRawBufferPointer {
        defer { start = searched }
        return UnsafeRawBufferPointer(rebasing: memory[start..<end])
    }

    /// Reads more behind what there is; returns whether there was any.
    func fill(_ read: (UnsafeMutableRawBufferPointer) throws(ContractError) -> Int) throws(ContractError) -> Bool {
        makeRoom()
        let free = UnsafeMutableRawBufferPointer(rebasing: memory[end...])
        let added = min(max(0, try read(free)), free.count)
        end += added
        return added > 0
    }

    private func makeRoom() {
        guard memory.count - end < LineBuffer.chunk else { return }
        let rest = UnsafeRawBufferPointer(rebasing: memory[start..<end])
        if rest.count > memory.count / 2 {
            let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: memory.count * 2, alignment: 16)
            grown.copyMemory(from: rest)
            memory.deallocate()
            memory = grown
        } else {
            memory.copyMemory(from: rest)
        }
        searched -= start
        end -= start
        start = 0
    }
}
