import TradeCore

/// A growing run of raw bytes that JSON and headers are written into; reused from one record to the next.
///
/// Raw memory, because appending byte by byte to an array costs twice as much.
final class ByteWriter {
    private var memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int = 1_024) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(capacity, 64), alignment: 16)
    }

    deinit { memory.deallocate() }

    /// What has been written; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count]) }

    /// A copy of what has been written.
    var array: [UInt8] { Array(bytes) }

    func removeAll() { count = 0 }

    /// Takes back what was written after `count` was this.
    func truncate(to count: Int) { self.count = min(self.count, max(0, count)) }

    func append(_ byte: UInt8) {
        reserve(1)
        memory[count] = byte
        count += 1
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        reserve(bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + bytes.count]).copyMemory(from: bytes)
        count += bytes.count
    }

    func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    func append(_ id: UniqueID) {
        reserve(36)
        id.write(into: UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + 36]))
        count += 36
    }

    func append(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude, minimum: 1)
    }

    /// Decimal digits with zeros in front up to `minimum` of them, at most 20.
    func appendDigits(_ number: UInt64, minimum: Int) {
        reserve(20)
        var digits = 1
        var limit: UInt64 = 10
        while digits < 20, number >= limit {
            digits += 1
            let (product, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow {
                digits = 20
                break
            }
            limit = product
        }
        digits = min(20, max(digits, minimum))
        var rest = number
        for position in stride(from: count + digits - 1, through: count, by: -1) {
            memory[position] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
        }
        count += digits
    }

    @inline(__always)
    private func reserve(_ additional: Int) {
        if count + additional > memory.count { grow(by: additional) }
    }

    @inline(never)
    private func grow(by additional: Int) {
        let capacity = max(count + additional, memory.count * 2)
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        grown.copyMemory(from: bytes)
        memory.deallocate()
        memory = grown
    }
}
