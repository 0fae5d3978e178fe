import TradeContracts
import TradeCore
import TradePipeline

// Workers and the sink: what lies open is answered as the test says.
extension PipelineHarness {
    /// Evaluates an open pass, or has it fail.
    package func answerEvaluation(_ place: Int = 0, fails: Bool = false) {
        guard evaluations.indices.contains(place) else { return }
        let task = evaluations.remove(at: place)
        pipeline.evaluated([fails && !task.isolated ? failure(of: task) : evaluation(of: task)], now: now)
        collect()
    }

    private func failure(of task: PassTask) -> PassEvaluation {
        PassEvaluation(pass: task.pass, attempt: task.attempt, result: .failed("as the test asks"))
    }

    private func evaluation(of task: PassTask) -> PassEvaluation {
        var decisions: [RuleDecision] = []
        var ids: [CandidateIDs] = []
        for subject in task.subjects {
            do {
                decisions.append(try rules.evaluate(subject, ruleset: task.ruleset, explain: task.explain))
            } catch {
                guard task.isolated else {
                    return PassEvaluation(pass: task.pass, attempt: task.attempt, result: .failed("\(error)"))
                }
                decisions.append(RuleDecision(verdict: .evaluationError("\(error)"), explanation: nil))
            }
            ids.append(ModelIDs.candidate(task.key, subject))
        }
        return PassEvaluation(pass: task.pass, attempt: task.attempt, result: .decided(decisions, ids))
    }

    /// The sink answers: all is acknowledged, or only so many rows.
    package func answerPublish(onlyFirst count: Int? = nil) {
        guard let task = publish else { return }
        publish = nil
        let taken = Array(task.rows.prefix(count ?? task.rows.count))
        published += taken
        let through = taken.last?.number ?? task.after
        noteMark(through)
        if count == nil {
            pipeline.published(through: through, now: now)
        } else {
            pipeline.publishFailed(through: through, reason: "as the test asks", now: now)
        }
        collect()
    }

    /// A sink that publishes exactly once holds the mark with its rows.
    private func noteMark(_ number: Int64) {
        if configuration.relay?.delivery == .exactlyOnce { sinkMark = max(sinkMark ?? 0, number) }
    }

    /// The process is about to die, and the sink publishes what it has all the same.
    package func publishWithoutAnswer() {
        guard let task = publish else { return }
        published += task.rows
        noteMark(task.rows.last?.number ?? 0)
    }

    /// The sink breaks off: whether it has published everything or nothing is in doubt.
    package func doubtPublish(publishing isPublished: Bool) {
        guard let task = publish else { return }
        publish = nil
        if isPublished {
            published += task.rows
            noteMark(task.rows.last?.number ?? 0)
        }
        pipeline.publishInDoubt("as the test asks", now: now)
        collect()
    }

    /// The sink publishes what stands before a row, and refuses that one.
    package func refusePublish(_ number: Int64) {
        guard let task = publish else { return }
        publish = nil
        let taken = task.rows.filter { $0.number < number }
        published += taken
        if let last = taken.last?.number { noteMark(last) }
        pipeline.publishRefused(number, reason: "as the test asks", now: now)
        collect()
    }

    /// The sink is open, by the rules of the marks; or it can't be reached.
    package func answerOpening(isReachable: Bool = true) {
        guard let opening = openSink else { return }
        openSink = nil
        if isReachable {
            let mark = max(opening.mark, sinkMark ?? 0)
            noteMark(mark)
            pipeline.sinkOpened(mark: mark, now: now)
        } else {
            pipeline.sinkUnavailable("as the test asks", now: now)
        }
        collect()
    }

    /// What the sink holds is not ours.
    package func refuseOpening() {
        openSink = nil
        pipeline.sinkRefused("as the test asks", now: now)
        collect()
    }
}
