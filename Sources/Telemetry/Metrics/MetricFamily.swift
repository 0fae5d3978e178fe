/// The metrics of one name, which differ in the values of their labels.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    enum Metric: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    struct Label: Hashable, Sendable {
        var name: String
        var value: String
    }

    let name: String
    private let kind: Kind
    private let help: String
    private var series: [(labels: [Label], metric: Metric)]

    init(name: String, kind: Kind, help: String, labels: [Label], metric: Metric) {
        self.name = name
        self.kind = kind
        self.help = help
        series = [(labels, metric)]
    }

    /// The metric with these labels, or `new` if there was none.
    mutating func metric(kind: Kind, labels: [Label], otherwise new: Metric) throws(MetricError) -> Metric {
        guard kind == self.kind else {
            throw .registeredOtherwise(name, as: self.kind.rawValue, now: kind.rawValue)
        }
        let names = labels.map(\.name)
        if let first = series.first, first.labels.map(\.name) != names {
            let before = first.labels.map(\.name)
            throw .registeredOtherwise(name, as: "\(kind.rawValue) with labels \(before)", now: "with labels \(names)")
        }
        if let known = series.first(where: { $0.labels == labels }) { return known.metric }
        guard series.count < MetricRegistry.seriesLimit else {
            throw .tooManySeries(name, limit: MetricRegistry.seriesLimit)
        }
        series.append((labels, new))
        return new
    }

    func append(to text: inout String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, metric) in series {
            switch metric {
            case .counter(let counter): appendSample("", labels, String(counter.value), to: &text)
            case .gauge(let gauge): appendSample("", labels, Self.text(of: gauge.value), to: &text)
            case .histogram(let histogram): append(histogram, labels, to: &text)
            }
        }
    }

    private func append(_ histogram: Histogram, _ labels: [Label], to text: inout String) {
        let (counts, sum) = histogram.values
        var cumulated: UInt64 = 0
        for (bound, count) in zip(histogram.bounds.map(Self.text(of:)) + ["+Inf"], counts) {
            cumulated &+= count
            appendSample("_bucket", labels + [Label(name: "le", value: bound)], String(cumulated), to: &text)
        }
        appendSample("_sum", labels, Self.text(of: sum), to: &text)
        // The sum of the buckets as read, so that it always agrees with the bucket +Inf.
        appendSample("_count", labels, String(cumulated), to: &text)
    }

    private func appendSample(_ suffix: String, _ labels: [Label], _ value: String, to text: inout String) {
        text += name + suffix
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    static func isName(_ name: String, colons: Bool) -> Bool {
        for (index, byte) in name.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: continue
            case UInt8(ascii: ":") where colons: continue
            default: return false
            }
        }
        return !name.isEmpty
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        let whole = Int64(exactly: number)
        return whole.map { String($0) } ?? number.description
    }
}
