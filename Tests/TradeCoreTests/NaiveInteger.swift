/// An integer of any size in decimal digits, as on paper: the oracle for exact arithmetic, too simple to be wrong.
struct NaiveInteger: Equatable, CustomStringConvertible {
    /// Least significant first, without leading zeros; empty for 0.
    private var digits: [Int]
    private var negative: Bool

    init(_ value: some BinaryInteger) {
        digits = String(value.magnitude).reversed().map { Int(String($0)) ?? 0 }
        negative = value < 0
        trim()
    }

    private init(digits: [Int], negative: Bool) {
        self.digits = digits
        self.negative = negative
        trim()
    }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { negative = false }
    }

    var isZero: Bool { digits.isEmpty }
    var sign: Int { isZero ? 0 : negative ? -1 : 1 }
    var magnitude: NaiveInteger { NaiveInteger(digits: digits, negative: false) }
    var negated: NaiveInteger { NaiveInteger(digits: digits, negative: !negative) }

    var description: String { isZero ? "0" : (negative ? "-" : "") + digits.reversed().map(String.init).joined() }

    func shifted(_ zeros: Int) -> NaiveInteger {
        NaiveInteger(digits: Array(repeating: 0, count: zeros) + digits, negative: negative)
    }

    static func + (left: NaiveInteger, right: NaiveInteger) -> NaiveInteger {
        if right.isZero { return left }
        if left.isZero { return right }
        if left.negative != right.negative { return left - right.negated }
        var sum: [Int] = []
        var carry = 0
        for place in 0..<max(left.digits.count, right.digits.count) + 1 {
            let total = left.digit(place) + right.digit(place) + carry
            sum.append(total % 10)
            carry = total / 10
        }
        return NaiveInteger(digits: sum, negative: left.negative)
    }

    static func - (left: NaiveInteger, right: NaiveInteger) -> NaiveInteger {
        if left.negative != right.negative { return left + right.negated }
        if left.magnitude.isLess(right.magnitude) { return (right - left).negated }
        var difference: [Int] = []
        var borrow = 0
        for place in 0..<left.digits.count {
            let total = left.digit(place) - right.digit(place) - borrow
            difference.append(total < 0 ? total + 10 : total)
            borrow = total < 0 ? 1 : 0
        }
        return NaiveInteger(digits: difference, negative: left.negative)
    }

    static func * (left: NaiveInteger, right: NaiveInteger) -> NaiveInteger {
        var product = Array(repeating: 0, count: left.digits.count + right.digits.count + 1)
        for (place, digit) in left.digits.enumerated() {
            for (other, factor) in right.digits.enumerated() { product[place + other] += digit * factor }
        }
        for place in 0..<product.count - 1 {
            product[place + 1] += product[place] / 10
            product[place] %= 10
        }
        return NaiveInteger(digits: product, negative: left.negative != right.negative)
    }

    /// The quotient towards zero and what is left, by long division.
    func divided(by divisor: NaiveInteger) -> (quotient: NaiveInteger, remainder: NaiveInteger) {
        var quotient: [Int] = []
        var rest = NaiveInteger(0)
        for digit in digits.reversed() {
            rest = rest.shifted(1) + NaiveInteger(digit)
            var count = 0
            while !rest.isLess(divisor.magnitude) {
                rest = rest - divisor.magnitude
                count += 1
            }
            quotient.append(count)
        }
        return (
            NaiveInteger(digits: quotient.reversed(), negative: negative != divisor.negative),
            NaiveInteger(digits: rest.digits, negative: negative)
        )
    }

    func isLess(_ other: NaiveInteger) -> Bool {
        if negative != other.negative { return negative }
        let smaller = negative ? other : self
        let larger = negative ? self : other
        if smaller.digits.count != larger.digits.count { return smaller.digits.count < larger.digits.count }
        return smaller.digits.reversed().lexicographicallyPrecedes(larger.digits.reversed())
    }

    private func digit(_ place: Int) -> Int { place < digits.count ? digits[place] : 0 }
}
