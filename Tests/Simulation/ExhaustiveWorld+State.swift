import Support
import TradeContracts
import TradeCore
import TradePipeline

// Two worlds with the same words have the same future, up to names: that is what allows to go on from one of them only.
//
// What does not stand in the words, or not as it is, and why nothing that follows depends on it:
// - Numbers that count on (commits, rows, events, recommendations, positions, runs, passes, questions, tickets): they are made by
//   adding one and only ever compared, so they stand relative to what is durable, or as an order.
// - The time: steps only compare it with deadlines, and those stand by their distance. A retry is due 1 ns after a failure; the
//   clock goes on in whole milliseconds, so all retries that are not due yet fall due together, at the next timer, and before a
//   wait. A wait has 500 ms left less one for each retry since, of which a path has a dozen at most: every distance above 250 ms
//   is the same one, and which of several waits is the first is told apart.
// - The order of questions and evaluations that lie open: each of them is a move, whatever its place.
// - The time, the lookback and the entries an hour of passes: events and recommendations are all of one moment, and no expert of
//   this world has a limit an hour.
// - How much is published: nothing is before the end, and a row more or less to be published changes nothing but that.
// - Which faults have happened: only how many more may counts.
//
// `ExhaustiveTests.whatMeetsGoesOnAlike` holds this against the moves themselves.
extension ExhaustiveWorld {
    private static let soon: Int64 = 1_000_000
    private static let late: Int64 = 250_000_000

    var state: String {
        var frame = DescriptionFrame(now: harness.now)
        frame.runs = checker.durable.runs
        frame.positions = Set(checker.durable.positions.keys)
        frame.lastCommit = checker.durable.lastCommit
        frame.lastOutboxRow = checker.durable.lastOutboxRow
        frame.identities = identities
        frame.distance = { distance in
            if distance <= 0 { return "due" }
            if distance <= ExhaustiveWorld.soon { return "soon" }
            return distance > ExhaustiveWorld.late ? "late" : "in \(distance)"
        }
        var text = harness.pipeline.describe(frame)
        let evaluations = harness.evaluations.map { task in
            "\(task.key) \(task.attempt) \(task.subjects.map(\.recommendation.id.description).joined(separator: " "))"
        }
        text += "\nopen \(harness.loads.count) \(evaluations.sorted().joined(separator: ", ")) \(harness.commit.count)"
        text += " \(harness.mustRecover) \(harness.publish != nil)"
        for (partition, offset) in harness.fetch.sorted(by: { $0.key < $1.key }) {
            text += "\nfetch \(partition.topic.rawValue)/\(partition.partition) \(offset)"
        }
        text += "\npaused \(harness.paused.count) assigned \(harness.assigned.count) stopping \(harness.isStopping) "
        text += "\(harness.stopped)"
        text += "\n\(checker.outlook)\nfaults \(faults)"
        return text
    }

    /// The stable hashes of everything that may arrive.
    static func identities(in logs: [TopicPartition: [DecodedRecord]]) -> [UInt64] {
        var hashes: Set<UInt64> = []
        for record in logs.values.joined() {
            guard case .event(let event) = record.body else { continue }
            hashes.insert(event.identity.stableHash)
            let key = ExpertUseCase(expert: event.expert, useCase: event.useCase)
            for recommendation in event.recommendations {
                hashes.insert(RecommendationKey(key: key, id: recommendation.id).stableHash)
            }
        }
        return hashes.sorted()
    }
}
