import TradeContracts
import TradeCore
import TradePipeline

/// What entries add up to, found in another way than the machine and the stores do: what both are held against.
struct Ledger {
    var positions: [Int64: Position] = [:]
    /// Undecided recommendations.
    var pending: [Int64: PendingRecommendation] = [:]
    var reference: [ReferenceKey: ReferenceValue] = [:]
    var inputs: [TopicPartition: Int64] = [:]
    var runs: [ExpertUseCase: Int64] = [:]
    var lastCommit: Int64 = 0
    var lastOutboxRow: Int64 = 0
    var relayMark: Int64 = 0
    /// Rows that are set aside.
    var withdrawn: [Int64: SkipReason] = [:]

    mutating func apply(_ entry: ChangeSet) {
        lastCommit = entry.number
        if let position = entry.position { inputs[position.partition] = position.nextOffset }
        for added in entry.recommendations { pending[added.number] = added }
        if let run = entry.run { runs[run.key] = run.run }
        for position in entry.positions { positions[position.number] = position }
        for outcome in entry.outcomes { pending[outcome.number] = nil }
        for write in entry.reference { reference[write.change.key] = write.change.value }
        if let row = entry.rows.last { lastOutboxRow = row.number }
        if let mark = entry.relayMark { relayMark = mark }
        for row in entry.relay?.withdrawn ?? [] { withdrawn[row.number] = row.reason }
    }

    /// What the positions of some experts bind; nil where that is out of range.
    func used(by experts: Set<ExpertID>) -> ExactDecimal? {
        sum(of: experts) { position throws(ArithmeticOverflow) in try TradeManager.used(by: position) }
    }

    /// What of it is ordered and not filled.
    func ordered(by experts: Set<ExpertID>) -> ExactDecimal? {
        sum(of: experts) { position throws(ArithmeticOverflow) in try TradeManager.ordered(by: position) }
    }

    private func sum(
        of experts: Set<ExpertID>, _ part: (Position) throws(ArithmeticOverflow) -> ExactDecimal
    ) -> ExactDecimal? {
        do throws(ArithmeticOverflow) {
            var sum = ExactDecimal.zero
            for position in positions.values where experts.contains(position.expert) {
                sum = try sum.adding(part(position))
            }
            return sum
        } catch {
            return nil
        }
    }

    /// The account of an expert, where both are known.
    func account(of expert: ExpertID) -> Account? {
        guard case .expert(let expert) = reference[.expert(expert)],
            case .account(let account) = reference[.account(expert.account)]
        else { return nil }
        return account
    }

    func experts(of account: AccountID) -> Set<ExpertID> {
        var result: Set<ExpertID> = []
        for case .expert(let expert) in reference.values where expert.account == account { result.insert(expert.id) }
        return result
    }
}
