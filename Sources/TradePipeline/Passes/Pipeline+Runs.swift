import TradeContracts
package import TradeCore

// Runs: who holds a key, and what follows the end of a run. Every exit of a run is `endRun`, so that no path leaks a key (G1).
extension Pipeline {
    /// An event whose inbox entry is queued asks for its key.
    func request(_ key: KeyState, for event: EventHandle, now: Moment) {
        switch locks.request(key.slot, waiter: event, now: now.monotonic) {
        case .acquired(let run):
            beginRun(key, run: run, starter: event, now: now)
        case .waits:
            break
        case .dropped(let heldBy, let covered, let event):
            drop(event, of: key, heldBy: heldBy, covered: covered, now: now)
        }
    }

    /// The manual trigger, a retry and the sweep at start: a run without an event; a pass follows in any case.
    func runWithoutEvent(_ key: KeyState, now: Moment) {
        if let run = locks.take(key.slot) { beginRun(key, run: run, starter: nil, now: now) }
    }

    /// Processes what is pending of a key now (`process`); of an expert that is not in memory as soon as it is.
    package func trigger(_ key: ExpertUseCase, now: Moment) {
        sweepKey(key, now: now)
        advance(now)
    }

    private func beginRun(_ key: KeyState, run: Int64, starter: EventHandle?, now: Moment) {
        counters.runs += 1
        noteRun(.acquired(key.key, run: run, event: starter?.reference.identity.id))
        beginPass(key, run: run, starter: starter, now: now)
    }

    /// The one way out of a pass: the next waiter, another pass of this run, or a free key, in one step.
    func endRun(_ pass: Pass, failed: Bool, now: Moment) {
        let key = pass.key
        passes[pass.number] = nil
        closeLookups(of: pass)
        key.pass = nil
        // What is left of what is pending is promised a pass, as if it had been dropped now.
        if key.spilled, !failed { _ = locks.take(key.slot) }
        if stopping {
            endRuns(of: key, run: pass.run)
            return
        }
        switch locks.finish(key.slot, run: pass.run, failed: failed) {
        case .next(let event, let run):
            noteRun(.released(key.key, run: pass.run))
            beginRun(key, run: run, starter: event, now: now)
        case .again:
            beginPass(key, run: pass.run, starter: nil, now: now)
        case .released:
            noteRun(.released(key.key, run: pass.run))
            noteIdle(key.expert)
        case nil:
            break
        }
    }

    private func noteRun(_ event: @autoclosure () -> PipelineEvent) {
        if configuration.tellsRuns { note(event()) }
    }

    /// At the stop no pass begins any more: what is pending is in the inbox, and the next start's sweep decides it. Everybody who
    /// waits for the key gets it in his turn and gives it back.
    private func endRuns(of key: KeyState, run: Int64) {
        var run = run
        while case .next(let event, let next) = locks.finish(key.slot, run: run, failed: true) {
            noteRun(.released(key.key, run: run))
            noteRun(.acquired(key.key, run: next, event: event.reference.identity.id))
            run = next
        }
        noteRun(.released(key.key, run: run))
    }

    /// Drops an event because its key is busy. Its recommendations are in the inbox's queue already (G2).
    private func drop(_ event: EventHandle, of key: KeyState, heldBy: Int64, covered: Bool, now: Moment) {
        if covered { key.covered.merge(event.reference.occurredAt, lookbackDays: event.reference.lookbackDays) }
        note(.busy(key.key, heldBy: heldBy, event: event.reference.identity.id))
        let at = configuration.clock == .wall ? now.wall : event.reference.occurredAt
        enqueueDrop(event, of: key, heldBy: heldBy, covered: covered, at: at)
    }

    func enqueueDrop(_ event: EventHandle, of key: KeyState, heldBy: Int64, covered: Bool, at: Timestamp) {
        guard !event.refused else { return }
        let skip = SkipRecord(
            event: event.reference, reason: .lockBusy, covered: covered, heldByRun: heldBy,
            message: covered
                ? "run \(heldBy) holds the key, and a pass that reads this event's recommendations follows"
                : "run \(heldBy) holds the key",
            skippedAt: at)
        enqueue(
            .drop(event, key, heldBy: heldBy, covered: covered, at: at),
            // The last run that was given out, which after a refusal may be a later one: the store sees no run go down (G1).
            Changes(run: KeyRun(key: key.key, run: locks.run(key.slot)), outputs: [.skip(skip)]), expert: key.expert)
    }

    func expireWaits(_ now: Moment) {
        for expiry in locks.expire(now: now.monotonic) {
            guard let key = keyState(expiry.waiter.lockKey) else { continue }
            drop(expiry.waiter, of: key, heldBy: expiry.heldBy, covered: expiry.covered, now: now)
        }
    }

    // MARK: - Retries

    /// A pass failed: its key is free, its recommendations stay pending, and a retry is certain (R31).
    func fail(_ pass: Pass, reason: String, now: Moment) {
        let key = pass.key
        counters.passFailures += 1
        key.failures += 1
        key.covered.merge(pass.coverage)
        let (pause, due) = retryTime(failures: key.failures, now: now)
        key.retryAt = due
        if key.retryQueuedAt.map({ due < $0 }) ?? true { queueRetry(of: key, at: due) }
        note(.passFailed(key.key, run: pass.run, failures: key.failures, retryIn: pause, reason: reason))
        endRun(pass, failed: true, now: now)
    }

    func runRetries(_ now: Moment) {
        guard recovery == nil, queue.isWorking, !stopping else { return }
        while let first = retries.first, first.at <= now.monotonic {
            retries.removeFirst()
            let key = first.element
            if key.retryQueuedAt == first.at { key.retryQueuedAt = nil }
            guard let due = key.retryAt else { continue }
            if due > now.monotonic {
                if key.retryQueuedAt == nil { queueRetry(of: key, at: due) }
            } else {
                key.retryAt = nil
                runWithoutEvent(key, now: now)
            }
        }
    }

    private func queueRetry(of key: KeyState, at time: Int64) {
        key.retryQueuedAt = time
        retries.insert(key, at: time)
    }

    // MARK: - The sweep at start

    /// Keys that a crash left with something pending get a pass (design §4).
    func startSweep(_ now: Moment) {
        let keys = sweep
        sweep = []
        for key in keys { sweepKey(key, now: now) }
    }

    private func sweepKey(_ key: ExpertUseCase, now: Moment) {
        guard referenceReady else {
            // No pass starts before (R98).
            if !sweep.contains(key) { sweep.append(key) }
            return
        }
        let expert = expertState(key.expert)
        if let state = keyState(key) {
            cover(state)
            runWithoutEvent(state, now: now)
        } else if !expert.sweeps.contains(key.useCase) {
            expert.sweeps.append(key.useCase)
        }
    }

    func startSweeps(of expert: ExpertState, now: Moment) {
        guard expert.phase == .ready, !expert.sweeps.isEmpty else { return }
        let useCases = expert.sweeps
        expert.sweeps = []
        for useCase in useCases {
            guard let key = keyState(ExpertUseCase(expert: expert.id, useCase: useCase)) else { continue }
            cover(key)
            runWithoutEvent(key, now: now)
        }
    }

    /// The pass makes up for events whose own passes never became durable: it takes over their time and lookback (R22).
    private func cover(_ key: KeyState) {
        for pending in key.pending {
            key.covered.merge(pending.event.occurredAt, lookbackDays: pending.event.lookbackDays)
        }
    }
}

extension EventHandle {
    var lockKey: ExpertUseCase { reference.lockKey }
}
