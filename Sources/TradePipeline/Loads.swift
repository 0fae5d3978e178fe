import TradeContracts
import TradeCore

/// What a question to the store is for.
enum LoadPurpose {
    case identities([IntakeRecord])
    case expert(ExpertState)
    /// As `expert`, after a refusal.
    case recoveredExpert(ExpertState)
    case pending(Pass, epoch: Int64)
    case history(Pass)
    case orderPosition(IntakeRecord)
    case relay
}

/// A question that is under way.
struct PendingLoad {
    let purpose: LoadPurpose
}

// Questions to the store and their answers.
extension Pipeline {
    /// The reader has answered.
    package func loaded(_ answers: [(number: Int64, answer: LoadAnswer)], now: Moment) {
        var touched: [PartitionState] = []
        var experts: [ExpertState] = []
        for (number, answer) in answers {
            guard let pending = loads.removeValue(forKey: number) else { continue }
            switch (pending.purpose, answer) {
            case (.identities(let records), .known(let identities, let recommendations)):
                for record in records {
                    record.loads -= 1
                    record.answer(identities, recommendations)
                    touched.append(record.partition)
                }
            case (.expert(let state), .expert(let snapshot)):
                restore(state, from: snapshot)
                touched += state.waiters
                state.waiters = []
                startSweeps(of: state, now: now)
                settleWithdrawals(of: state)
                experts.append(state)
            case (.recoveredExpert(let state), .expert(let snapshot)):
                restore(state, from: snapshot)
                recovery?.outstanding -= 1
            case (.pending(let pass, let asked), .pending(let page)):
                if asked == epoch { take(page, for: pass, now: now) }
            case (.history(let pass), .history(let answers)):
                if pass.historyLoad == number { take(answers, for: pass, now: now) }
            case (.orderPosition(let record), .position(let position)):
                record.loads -= 1
                record.positionAnswer = .some(position)
                touched.append(record.partition)
            case (.relay, .outbox(let rows)):
                relay.loaded(rows)
            default:
                break
            }
        }
        finishRecovery(now)
        for partition in touched { drain(partition, now: now) }
        // Whoever asked may be gone: its partition was revoked.
        for expert in experts { noteIdle(expert) }
        advance(now)
    }

    @discardableResult
    func load(_ request: LoadRequest, for purpose: LoadPurpose) -> Int64 {
        loadNumber += 1
        loads[loadNumber] = PendingLoad(purpose: purpose)
        counters.loads += 1
        actions.loads.append(Load(number: loadNumber, request: request))
        return loadNumber
    }
}

extension IntakeRecord {
    /// Takes what concerns this record out of an answer.
    func answer(_ identities: Set<EventIdentity>, _ recommendations: Set<RecommendationKey>) {
        guard case .event(let event) = decoded.body else { return }
        identityInStore = identities.contains(event.identity)
        recommendationsInStore = Set(self.recommendations.lazy.map(\.key).filter(recommendations.contains))
    }
}

extension AnalysisEvent {
    var lockKey: ExpertUseCase { ExpertUseCase(expert: expert, useCase: useCase) }
}
