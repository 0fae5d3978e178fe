/// The powers of ten that fit into 128 bits, so that a change of scale is one multiplication.
enum PowersOfTen {
    /// 10^0 ... 10^38.
    private static let table: [Int128] = {
        var table: [Int128] = [1]
        for _ in 0..<38 { table.append((table.last ?? 1) * 10) }
        return table
    }()

    /// 10 to the `exponent`, which is held within 0...38.
    static subscript(exponent: Int) -> Int128 { table[min(max(exponent, 0), 38)] }
}
