import Support
import TradeContracts
import TradeCore

@testable import TradePipeline

/// A pipeline with one partition of each topic, its reference data read, and questions to the store answered at once.
struct Scenario {
    let harness: PipelineHarness
    static let key = ExpertUseCase(expert: ExpertID(1), useCase: .enterMarket)

    /// `experts`: numbered from 1, on one account.
    init(experts: Int64 = 2, _ change: (inout PipelineConfiguration) -> Void = { _ in }) {
        var configuration = PipelineConfiguration()
        configuration.clock = .event
        change(&configuration)
        harness = PipelineHarness(configuration: configuration)
        for reference in Build.reference(experts: experts) { harness.append(.reference(reference), to: .reference) }
        start()
    }

    func start() {
        harness.assign([.reference, .events(0), .events(1), .updates(0)])
        harness.tellReferenceEnd()
        harness.deliver(.reference)
        commitAll()
    }

    /// Appends an event and delivers it; its expert's state is read at once.
    func event(
        _ id: String, expert: Int64 = 1, useCase: UseCase = .enterMarket, partition: Int32 = 0,
        at time: Timestamp = Build.time, _ recommendations: Recommendation...
    ) {
        harness.append(
            Build.event(id, expert: expert, useCase: useCase, at: time, recommendations), to: .events(partition))
        harness.deliver(.events(partition))
        answerLoads()
    }

    func answerLoads() {
        while !harness.loads.isEmpty { harness.answerLoad() }
    }

    func commitAll() {
        answerLoads()
        while !harness.commit.isEmpty { harness.answerCommit() }
    }

    /// Every durable row so far, as reasons of skips, roles of orders and reasons of dead letters.
    func outputs() -> [String] { rows().map(Scenario.name) }

    func rows() -> [OutputRecord] { harness.takeDurable().flatMap { $0.rows.map(\.record) } }

    static func name(_ record: OutputRecord) -> String {
        switch record {
        case .order(let order): "\(order.plan.role.rawValue) \(order.recommendation)"
        case .skip(let skip):
            skip.recommendation.map { "\(skip.reason.rawValue) \($0)" }
                ?? "\(skip.reason.rawValue) of \(skip.event.identity.id)"
        case .deadLetter(let letter): "dlq \(letter.cause.reason.rawValue)"
        }
    }

    /// The runs that began, by the events that were told.
    func runs(of key: ExpertUseCase = Scenario.key) -> Int {
        harness.events.reduce(0) { count, event in
            if case .acquired(let acquired, _, _) = event, acquired == key { count + 1 } else { count }
        }
    }

    /// Everything without a fault until nothing is left to do.
    func settle() -> String? { harness.settle() }

    func order(_ role: OrderRole = .entry, of recommendation: Int64, expert: Int64 = 1) -> UniqueID {
        ModelIDs.order(
            ExpertUseCase(expert: ExpertID(expert), useCase: .enterMarket), entry: RecommendationID(recommendation),
            RecommendationID(recommendation), role)
    }

    func update(_ order: UniqueID, _ status: OrderStatus, quantity: Int64? = nil, price: Int64? = nil) {
        harness.append(
            Build.update(order, status, quantity: quantity.map { .of($0) }, price: price.map { .of($0) }),
            to: .updates(0))
        harness.deliver(.updates(0))
        answerLoads()
    }
}
