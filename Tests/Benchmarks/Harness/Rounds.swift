/// The same measured several times, the product and its raw limits in turn, so that a slow moment of the machine meets all.
struct Rounds {
    /// For each round a sample of each body, in the order of the bodies.
    private let samples: [[Sample]]

    init(_ count: Int, _ bodies: [() throws -> Sample]) throws {
        samples = try (0..<count).map { round in
            var samples: [Sample?] = Array(repeating: nil, count: bodies.count)
            // Forwards and backwards, so that none always comes first.
            for step in bodies.indices {
                let place = round % 2 == 0 ? step : bodies.count - 1 - step
                samples[place] = try bodies[place]()
            }
            return samples.compactMap { $0 }
        }
    }

    /// All samples of one body.
    func of(_ body: Int) -> [Sample] { samples.map { $0[body] } }

    /// How fast the first is in terms of the second, round by round.
    func ratio(of body: Int, to limit: Int) -> Spread {
        Spread(samples.map { $0[body].rate / $0[limit].rate })
    }

    /// A line of the table: a body, held against a limit.
    func row(
        _ title: String, of body: Int = 0, to limit: Int? = nil, _ limitTitle: String = "", unit: Row.Unit,
        target: Double? = nil
    ) -> Row {
        var row = Row(title, Figure(of(body), unit))
        if let limit {
            let figure = Figure(of(limit), unit)
            row.limit = "\(limitTitle): \(figure.text), CPU \(Row.short(figure.processor)) µs"
            row.ratio = ratio(of: body, to: limit)
        }
        row.target = target.map { "≥ \(Row.percent($0))" }
        if let target, let ratio = row.ratio { row.isMet = ratio.median >= target }
        return row
    }
}
