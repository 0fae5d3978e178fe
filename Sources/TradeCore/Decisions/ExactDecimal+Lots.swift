// Quantities are whole lots.

extension ExactDecimal {
    /// The most shares in whole lots of `lot` that `self / unit` covers; below 0 where this value is.
    func wholeLots(of lot: ExactDecimal, each unit: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        try floorOfQuotient(by: unit.multiplied(by: lot)).multiplied(by: lot)
    }
}
