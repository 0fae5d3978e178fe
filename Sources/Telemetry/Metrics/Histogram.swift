/// How often values fell into which range, and their sum.
package final class Histogram: Sendable {
    /// Upper bounds for durations in seconds, from 100 µs to a minute.
    package static let seconds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// The upper bounds, inclusive, increasing; what lies above the last is counted too.
    let bounds: [Double]
    /// One for each bound and one for what lies above.
    private let counts: [Counter]
    private let total = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts one value. One that is not a number is counted as above all bounds and left out of the sum.
    package func record(_ value: Double) {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        counts[low].increment()
        if value.isFinite { total.add(value) }
    }

    /// The counts, not cumulated, and the sum, as of now.
    var values: (counts: [UInt64], sum: Double) { (counts.map(\.value), total.value) }
}
