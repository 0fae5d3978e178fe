/// What is wrong with the registration of a metric. It is a mistake of ours, found at start, not of the input.
package enum MetricError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidName(String, rule: String)
    case invalidLabel(metric: String, label: String)
    case registeredOtherwise(String, as: String, now: String)
    case invalidBuckets(String)
    case tooManySeries(String, limit: Int)

    package var description: String {
        switch self {
        case .invalidName(let name, let rule): "metric \(name): \(rule)"
        case .invalidLabel(let metric, let label):
            "metric \(metric): '\(label)' is no name of a label, or given twice, or reserved"
        case .registeredOtherwise(let name, let before, let now):
            "metric \(name): registered as \(before) before and now as \(now); names are for one type and one set of labels"
        case .invalidBuckets(let name): "metric \(name): the bounds of buckets have to be finite and increasing"
        case .tooManySeries(let name, let limit):
            "metric \(name): more than \(limit) combinations of labels; use labels with few values"
        }
    }
}
