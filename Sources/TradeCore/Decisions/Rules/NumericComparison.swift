/// The operators of numeric conditions.
enum NumericComparison: String, Sendable {
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case equal = "=="
    case notEqual = "!="

    /// Whether the operator holds between an actual number and the rule's, exactly (R46).
    func holds(_ actual: ExactDecimal, _ value: ExactDecimal) -> Bool {
        switch self {
        case .greater: actual > value
        case .greaterOrEqual: actual >= value
        case .less: actual < value
        case .lessOrEqual: actual <= value
        case .equal: actual == value
        case .notEqual: actual != value
        }
    }

    /// Whether the operator holds for a number that is infinite (R33).
    var holdsForInfinity: Bool {
        switch self {
        case .greater, .greaterOrEqual, .notEqual: true
        case .less, .lessOrEqual, .equal: false
        }
    }
}
