/// The median of several values and where they lie.
struct Spread {
    let median: Double
    let least: Double
    let greatest: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        least = sorted.first ?? .nan
        greatest = sorted.last ?? .nan
        let middle = sorted.count / 2
        median =
            sorted.isEmpty
            ? .nan : sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// `median (least–greatest)`.
    func text(_ format: (Double) -> String) -> String {
        "\(format(median)) (\(format(least))–\(format(greatest)))"
    }
}
