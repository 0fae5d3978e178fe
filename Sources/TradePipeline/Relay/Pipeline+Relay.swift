import TradeContracts
import TradeCore

// What the sink answers, and the mark that follows (design §6).
extension Pipeline {
    /// The sink is open: rows up to this number are published.
    package func sinkOpened(mark: Int64, now: Moment) {
        guard relay.phase == .opening else { return }
        acknowledge { $0.opened(mark: mark) }
        // Doubt after doubt has to wait: only what was published counts as an end of the trouble.
        if relay.isDrained { relayAnswered() }
        relay.phase = .noting
        planRefresh(now)
        noteRelay()
        advance(now)
    }

    /// The sink can't be reached: it is tried again after a pause.
    package func sinkUnavailable(_ reason: String, now: Moment) {
        guard relay.phase == .opening else { return }
        relay.phase = .closed(retryAt: pauseRelay(now))
        note(.publishFailed(reason))
        advance(now)
    }

    /// What the sink holds is not ours: nothing more is published, and the service ends.
    package func sinkRefused(_ reason: String, now: Moment) {
        relay.phase = .refused
        note(.publishFailed(reason))
        actions.refusal = reason
        advance(now)
    }

    /// Rows up to this number are published.
    package func published(through number: Int64, now: Moment) {
        acknowledge { $0.published(through: number) }
        relayAnswered()
        planRefresh(now)
        advance(now)
    }

    /// The sink gave up behind this number: it is tried again after a pause, from the first row that is not published.
    package func publishFailed(through number: Int64, reason: String, now: Moment) {
        acknowledge { $0.published(through: number) }
        let at = pauseRelay(now)
        relay.retryAt = at
        // With nothing to publish it was the mark alone: that is written again then, not with the next day's.
        if relay.isDrained, relay.refreshAt != nil { relay.refreshAt = at }
        note(.publishFailed(reason))
        advance(now)
    }

    /// Whether rows are published is not known: the sink is opened anew, at once the first time.
    package func publishInDoubt(_ reason: String, now: Moment) {
        note(.publishFailed(reason))
        let at = pauseRelay(now)
        relay.doubt(retryAt: relay.failures > 1 ? at : nil)
        advance(now)
    }

    /// The row with this number is refused by itself, and none behind it is published: an order is set aside, anything else has
    /// nothing that could take its place and is tried again.
    package func publishRefused(_ number: Int64, reason: String, now: Moment) {
        // A plain producer may have published it before: then it can't be said that nobody has it.
        guard configuration.relay != nil, number > relay.handedBefore || configuration.relay?.delivery == .exactlyOnce,
            let row = relay.row(number), let order = row.order
        else {
            publishFailed(through: number - 1, reason: "row \(number): \(reason)", now: now)
            return
        }
        acknowledge { $0.published(through: number - 1) }
        let withdrawn = WithdrawnOrder(
            row: number, order: order, reason: .undeliverable,
            message: "order \(order.id) can't be published: \(reason)", isDependent: false)
        relay.withdraw(withdrawn)
        note(.publishFailed("row \(number) is set aside: \(reason)"))
        settleWithdrawal(withdrawn)
        advance(now)
    }

    private func relayAnswered() {
        if relay.failures > 0 {
            relay.failures = 0
            note(.publishing)
        }
    }

    private func pauseRelay(_ now: Moment) -> Int64 {
        relay.failures += 1
        return soon(failures: relay.failures, now: now)
    }

    /// Takes in how far publishing is by the sink's answer.
    private func acknowledge(_ answer: (inout RelayState) -> Void) {
        let before = relay.acknowledged
        answer(&relay)
        counters.published += max(0, relay.acknowledged - before)
    }

    private func planRefresh(_ now: Moment) {
        guard configuration.relay != nil, let span = configuration.markRefresh else { return }
        let (at, overflow) = now.monotonic.addingReportingOverflow(span)
        relay.refreshAt = overflow ? nil : at
    }

    /// What every input ends with, for the relay: the sink is opened, the next rows go to it, and its mark stays known.
    func advanceRelay(_ now: Moment) {
        if relay.phase == .noting { noteRelay() }
        switch relay.phase {
        case .closed(nil) where !stopping || !relay.isDrained || relay.isInDoubt:
            relay.phase = .opening
            actions.openSink = SinkOpening(
                mark: relay.acknowledged, highest: relay.visible,
                expectsMark: relay.note?.expectsMark(at: configuration.relay?.name ?? "") ?? false)
        case .open:
            if actions.publish == nil { publishNext(now) }
            if actions.publish == nil, !relay.isInDoubt, let at = relay.refreshAt, at <= now.monotonic {
                planRefresh(now)
                actions.publish = relay.refresh()
            }
        case .closed, .opening, .noting, .ending, .refused:
            break
        }
        if let request = relay.nextLoad(limit: configuration.publishWindow) { load(request, for: .relay) }
    }

    /// The relay's retries whose time has come.
    func retryRelay(_ now: Moment) {
        if let at = relay.retryAt, at <= now.monotonic { relay.retryAt = nil }
        if case .closed(let at?) = relay.phase, at <= now.monotonic { relay.phase = .closed(retryAt: nil) }
    }

    /// When the relay has to be looked at again.
    var relayDeadline: Int64? {
        switch relay.phase {
        case .closed(let at): at
        case .open: [relay.retryAt, relay.refreshAt].compactMap { $0 }.min()
        case .opening, .noting, .ending, .refused: nil
        }
    }

    /// The store's mark follows the acknowledged rows, one entry at a time.
    func queueRelayMark() {
        guard !markQueued, queue.isWorking, recovery == nil, relay.acknowledged > relay.queuedMark else { return }
        markQueued = true
        relay.queuedMark = relay.acknowledged
        enqueue(.relayMark(relay.acknowledged), Changes(relayMark: relay.acknowledged))
    }

    // MARK: - What the store knows of the relay

    /// Writes down where the relay publishes to, durably before the first row goes there.
    private func noteRelay() {
        guard let place = configuration.relay else {
            relay.phase = .open
            return
        }
        let note = RelayNote(place: place, isClean: false)
        guard relay.note != note else {
            if !noteQueued { relay.phase = .open }
            return
        }
        queueNote(note)
    }

    /// At the end of a stop: nothing is in doubt and the store's mark is all that there is to know. True once that is durable,
    /// or where there is nothing to say.
    func noteCleanStop() -> Bool {
        guard let place = configuration.relay else { return true }
        switch relay.phase {
        case .open where relay.isDrained && !relay.isInDoubt && relay.durableMark == relay.acknowledged:
            relay.phase = .ending
            queueNote(RelayNote(place: place, isClean: true))
            return false
        case .open, .noting: return false
        case .ending: return !noteQueued
        // It was not opened, or not again: what the store says of it holds.
        case .closed, .opening, .refused: return true
        }
    }

    private func queueNote(_ note: RelayNote) {
        guard !noteQueued, queue.isWorking, recovery == nil else { return }
        noteQueued = true
        relay.note = note
        enqueue(.relayNote(note), Changes(relay: RelayChange(note: note)))
    }
}
