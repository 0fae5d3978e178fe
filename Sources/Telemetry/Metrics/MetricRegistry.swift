/// All metrics of the process, and their text for Prometheus.
///
/// Registering is for the start (it takes a lock and may throw); what it returns is kept and updated without one.
/// Registering the same name and labels again returns the same metric.
package final class MetricRegistry: Sendable {
    /// Names with values, in the order in which they are shown.
    package typealias Labels = KeyValuePairs<String, String>

    /// How many combinations of labels a name may have: metrics are bounded as everything is (G7).
    static let seriesLimit = 1000

    private let families = Lock<[MetricFamily]>([])

    package init() {}

    /// A counter; its name ends in `_total`.
    package func counter(_ name: String, help: String, labels: Labels = [:]) throws(MetricError) -> Counter {
        guard name.hasSuffix("_total") else {
            throw .invalidName(name, rule: "the name of a counter ends in _total")
        }
        let metric = try register(name, .counter, help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = metric else {
            throw .registeredOtherwise(name, as: "another type", now: "counter")
        }
        return counter
    }

    /// A gauge; its name ends in its unit, where it has one (`_seconds`, `_bytes`), and not in `_total`.
    package func gauge(_ name: String, help: String, labels: Labels = [:]) throws(MetricError) -> Gauge {
        guard !name.hasSuffix("_total") else {
            throw .invalidName(name, rule: "only the name of a counter ends in _total")
        }
        let metric = try register(name, .gauge, help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = metric else {
            throw .registeredOtherwise(name, as: "another type", now: "gauge")
        }
        return gauge
    }

    /// A histogram; its name ends in its unit and not in `_total`.
    /// - Parameters:
    ///   - name: of the family.
    ///   - help: one sentence.
    ///   - labels: names and values.
    ///   - bounds: upper bounds of the buckets, inclusive, finite, increasing.
    /// - Returns: the metric, the same for the same name and labels.
    /// - Throws: where the registration contradicts the rules or an earlier one.
    package func histogram(
        _ name: String, help: String, labels: Labels = [:], bounds: [Double] = Histogram.seconds
    ) throws(MetricError) -> Histogram {
        guard !name.hasSuffix("_total") else {
            throw .invalidName(name, rule: "only the name of a counter ends in _total")
        }
        guard bounds.allSatisfy(\.isFinite), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .invalidBuckets(name)
        }
        let metric = try register(name, .histogram, help, labels) { .histogram(Histogram(bounds: bounds)) }
        guard case .histogram(let histogram) = metric, histogram.bounds == bounds else {
            throw .registeredOtherwise(name, as: "a histogram with other buckets", now: "histogram")
        }
        return histogram
    }

    /// All metrics in the text exposition format 0.0.4, by name.
    package func text() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for family in families.sorted(by: { $0.name < $1.name }) { family.append(to: &text) }
        return text
    }

    private func register(
        _ name: String, _ type: MetricFamily.Kind, _ help: String, _ labels: Labels, make: () -> MetricFamily.Metric
    ) throws(MetricError) -> MetricFamily.Metric {
        guard MetricFamily.isName(name, colons: true) else {
            throw .invalidName(name, rule: "names are made of letters, digits, _ and :, not beginning with a digit")
        }
        var names: Set<String> = []
        for (label, _) in labels {
            let reserved = label.hasPrefix("__") || (type == .histogram && label == "le")
            guard MetricFamily.isName(label, colons: false), !reserved, names.insert(label).inserted else {
                throw .invalidLabel(metric: name, label: label)
            }
        }
        let pairs = labels.map { MetricFamily.Label(name: $0.key, value: $0.value) }
        let made = make()
        return try families.withLock { families throws(MetricError) in
            let index = families.firstIndex { $0.name == name }
            guard let index else {
                let family = MetricFamily(name: name, kind: type, help: help, labels: pairs, metric: made)
                families.append(family)
                return made
            }
            return try families[index].metric(kind: type, labels: pairs, otherwise: made)
        }
    }
}
