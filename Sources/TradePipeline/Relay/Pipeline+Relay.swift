// What the sink answers, and the mark that follows (design §6).
extension Pipeline {
    /// Rows up to this number are acknowledged.
    package func published(through number: Int64, now: Moment) {
        acknowledge(through: number)
        if relay.failures > 0 {
            relay.failures = 0
            note(.publishing)
        }
        advance(now)
    }

    /// The sink gave up behind this number: it is tried again after a pause, from the first row that is not acknowledged.
    package func publishFailed(through number: Int64, reason: String, now: Moment) {
        acknowledge(through: number)
        relay.failures += 1
        relay.retryAt = retryTime(failures: relay.failures, now: now).at
        note(.publishFailed(reason))
        advance(now)
    }

    private func acknowledge(through number: Int64) {
        let before = relay.acknowledged
        relay.published(through: number)
        counters.published += max(0, relay.acknowledged - before)
    }

    /// The store's mark follows the acknowledged rows, one entry at a time.
    func queueRelayMark() {
        guard !markQueued, queue.isWorking, recovery == nil, relay.acknowledged > relay.queuedMark else { return }
        markQueued = true
        relay.queuedMark = relay.acknowledged
        enqueue(.relayMark(relay.acknowledged), Changes(relayMark: relay.acknowledged))
    }
}
