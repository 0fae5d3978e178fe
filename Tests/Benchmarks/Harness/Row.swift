/// A line of the table.
struct Row {
    enum Unit {
        /// Operations a second, in thousands.
        case rate
        case nanoseconds

        func text(_ samples: [Sample]) -> String {
            switch self {
            case .rate: Spread(samples.map { $0.rate / 1000 }).text { Row.short($0) } + " k/s"
            case .nanoseconds: Spread(samples.map(\.nanoseconds)).text { Row.short($0) } + " ns"
            }
        }
    }

    static let head = """
        | what | figure: median (range) | raw limit of the same run | ratio | wanted | allocations | CPU µs | RSS, growth |
        |---|---|---|---|---|---|---|---|
        """

    var title: String
    var figure: String
    var limit = ""
    var ratio: Spread?
    var target: String?
    var isMet: Bool?
    var allocations: Double?
    var processor: Double?
    var growth: Int?

    init(_ title: String, _ figure: Figure) {
        self.title = title
        self.figure = figure.text
        allocations = figure.allocations
        processor = figure.processor
        growth = figure.growth
    }

    /// A figure that is no time.
    init(_ title: String, figure: String) {
        self.title = title
        self.figure = figure
    }

    var markdown: String {
        var wanted = target ?? ""
        if let isMet { wanted += isMet ? "" : " **no**" }
        let cells = [
            title, figure, limit, ratio?.text { Row.percent($0) } ?? "", wanted,
            allocations.map { Row.short($0) } ?? "",
            processor.map { Row.short($0) } ?? "", growth.map { "\($0 >> 20) MB" } ?? "",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    static func percent(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

    /// Three digits that count.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let digits = value >= 100 ? 1.0 : value >= 10 ? 10 : 100
        let rounded = (value * digits).rounded() / digits
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
