import Settings

/// What it costs to publish exactly once: the same service with and without transactions, on a real Kafka.
enum DeliveryMeasure: Measure {
    static let name = "delivery"

    private static let workload = Workload.orders(60_000)

    static func run(_ report: (Row) -> Void) throws {
        guard BrokerSite.realServers != nil else { return }
        let site = try BrokerSite(.kafka)
        try site.fill(workload)
        let rounds = try Rounds(
            5,
            [
                { try service(site, .exactlyOnce) },
                { try service(site, .atLeastOnce) },
            ])
        report(
            rounds.row("pipeline, Kafka, exactly once", to: 1, "the same at least once", unit: .rate, target: 0.9))
    }

    private static func service(_ site: BrokerSite, _ delivery: Configuration.Delivery) throws -> Sample {
        let run = try ServiceRun(site, workload, delivery: delivery)
        defer { run.end() }
        return try run.measure(after: workload.experts).0
    }
}
