package import TradeCore

// Halts (R93): an operator's orders, queued like all that changes state, so that they hold for every pass that settles after them
// in commit order.
extension Pipeline {
    /// Halts or resumes. It is in force for all that settles from now on; `actions.halted` tells the ticket once it is durable.
    /// False where nothing is queued any more, because the pipeline stops.
    package func change(_ change: HaltChange, ticket: Int64, now: Moment) -> Bool {
        guard !stopping else { return false }
        enqueueHalt(change, ticket: ticket)
        note(.haltChanged(change))
        advance(now)
        return true
    }

    func enqueueHalt(_ change: HaltChange, ticket: Int64) {
        let before = halts
        halts.apply(change)
        var changes = Changes(halts: [change])
        // What waits to be published was decided before, but nobody has it yet.
        if case .halt(let halt) = change, relay.acknowledged < outboxNumber {
            let withdrawal = Withdrawal(halt, through: outboxNumber)
            relay.withdrawals.insert(withdrawal)
            changes.relay = RelayChange(withdrawal: withdrawal)
        }
        enqueue(.halt(change, ticket: ticket, before: before), changes)
    }
}
