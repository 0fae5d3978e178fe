import Support
import TradeContracts
import TradeCore
import TradePipeline
import TradeReplay

/// Records that a seed makes: small sets of names, so that they meet.
struct RandomRecords {
    private var count: Int64 = 0
    private static let symbols = ["A", "B", "C"]

    /// Experts 1 to 4 on two accounts; 5 is not known.
    var reference: [ReferenceChange] {
        [
            Build.account(1, balance: 20_000), Build.account(2, balance: 5_000), Build.enterRules, Build.manageRules,
            Build.expert(1, account: 1), Build.expert(2, account: 1), Build.expert(3, account: 2),
            Build.expert(4, account: 1, enabled: false),
        ]
    }

    mutating func next(
        _ random: inout ContractRandom, _ harness: PipelineHarness
    ) -> (TopicPartition, DecodedRecord.Body) {
        count += 1
        switch random.next() % 20 {
        case 0: return (.events(Int32(random.next() % 2)), Build.undecodable)
        case 1: return (.reference, .reference(change(&random)))
        case 2..<8: return (.updates(0), update(&random, harness))
        default: return event(&random, harness.now.wall)
        }
    }

    private mutating func event(_ random: inout ContractRandom, _ now: Timestamp) -> (
        TopicPartition, DecodedRecord.Body
    ) {
        let expert = Int64(random.next() % 5) + 1
        let useCase: UseCase = random.chance(65) ? .enterMarket : .openPositions
        let id = random.chance(15) ? "e\(random.next() % UInt64(count))" : "e\(count)"
        var recommendations: [Recommendation] = []
        for place in 0..<Int64(random.next() % 3) {
            let number = random.chance(15) ? Int64(random.next() % 20) * 10 + 9 : count * 10 + place
            guard !recommendations.contains(where: { $0.id.rawValue == number }) else { continue }
            let actions: [RecommendedAction] = [.buy, .buy, .buy, .sell, .hold, .error]
            recommendations.append(
                Build.recommendation(
                    number, RandomRecords.symbols[Int(random.next() % 3)], actions[Int(random.next() % 6)],
                    price: 50 + Int64(random.next() % 100), profit: Int64(random.next() % 20),
                    at: now.advanced(bySeconds: -Int64(random.next() % 3) * 3600)))
        }
        // Mostly an expert's own partition, sometimes another one: duplicates across partitions.
        let partition = random.chance(90) ? Int32(expert % 2) : Int32(random.next() % 2)
        return (.events(partition), Build.event(id, expert: expert, useCase: useCase, at: now, recommendations))
    }

    /// Mostly for an order that was published.
    private func update(_ random: inout ContractRandom, _ harness: PipelineHarness) -> DecodedRecord.Body {
        var known: [(UniqueID, ExpertID, Fixed9)] = []
        harness.store.openPositions { position in
            known += position.orders.map { ($0.id, position.expert, $0.quantity) }
        }
        known.sort { $0.0 < $1.0 }
        guard !known.isEmpty, random.chance(90) else {
            return Build.update(UniqueID(high: 1, low: random.next()), expert: Int64(random.next() % 6), .canceled)
        }
        let (order, expert, quantity) = known[Int(random.next() % UInt64(known.count))]
        let statuses: [OrderStatus] = [
            .filled, .filled, .filled, .rejected, .canceled, .accepted, .expired, .partiallyFilled,
        ]
        let status = statuses[Int(random.next() % UInt64(statuses.count))]
        return Build.update(
            order, expert: expert.rawValue, status, quantity: status == .filled ? quantity : nil,
            price: status == .filled ? .of(40 + Int64(random.next() % 10)) : nil)
    }

    private func change(_ random: inout ContractRandom) -> ReferenceChange {
        switch random.next() % 7 {
        case 0: Build.account(1, balance: 10_000 + Int64(random.next() % 20_000))
        case 1: Build.expert(1, account: random.chance(50) ? 1 : 2)
        case 2: Build.expert(2, account: 1, enabled: random.chance(50))
        case 3: Build.deletion(of: .expert(ExpertID(3)))
        case 4: Build.expert(3, account: 2)
        case 5: random.chance(50) ? Build.deletion(of: .ruleset("manage")) : Build.manageRules
        default: Build.ruleset("enter", [])
        }
    }
}
