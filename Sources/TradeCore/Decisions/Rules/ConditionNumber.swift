/// What a numeric condition finds: a fraction that is never divided, so that comparisons are exact (R46).
enum ConditionNumber: Sendable {
    /// `numerator / divisor`; the divisor is above 0.
    case quotient(ExactDecimal, by: ExactDecimal)
    /// A number that is no fraction.
    case whole(ExactDecimal)
    /// No earlier close of its kind (R33).
    case infinite
    /// What is missing, for the rule's error (R32).
    case absent(StaticString)
}
