/// What one body of a measure came to.
struct Figure {
    let text: String
    let allocations: Double
    /// Microseconds of the processors for each operation.
    let processor: Double
    /// Bytes.
    let growth: Int

    init(_ samples: [Sample], _ unit: Row.Unit) {
        text = unit.text(samples)
        allocations = Spread(samples.map { Double($0.allocations) / Double($0.operations) }).median
        processor = Spread(samples.map { $0.processor * 1e6 / Double($0.operations) }).median
        growth = samples.map(\.growth).max() ?? 0
    }
}
