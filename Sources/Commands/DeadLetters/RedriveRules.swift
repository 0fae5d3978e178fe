import TradeContracts

/// Which dead letters are sent in again, and why the others are not. Pure.
struct RedriveRules {
    enum Decision: Hashable {
        /// To this topic, with these headers; `count`: how often that will have been done then.
        case send(topic: String, headers: [UInt8], count: Int)
        /// It was not asked for.
        case notSelected
        case leave(String)
    }

    let topics: TopicNames
    /// Empty: all.
    let reasons: Set<String>
    /// Records that were sent in again so often are left out: one that fails each time would go round for ever.
    let limit: Int

    func decide(_ letter: EnvelopeRecord) -> Decision {
        guard let headers = DeadLetterHeaders(letter.headers) else {
            return .leave("it is no dead letter of this service: dlq.reason or dlq.source.* is missing")
        }
        guard reasons.isEmpty || reasons.contains(headers.reason) else { return .notSelected }
        if let length = headers.omittedValue {
            return .leave("its value of \(length) bytes was too large to be kept: it is at its source, if at all")
        }
        if headers.omittedRest != nil { return .leave("its key and headers were too large to be kept") }
        if headers.reason == DeadLetterReason.tooLarge.rawValue { return .leave("a value of that size is never read") }
        guard let done = headers.redrivenCount else {
            return .leave("its header \(DeadLetterHeaders.redriven) is no number")
        }
        guard done < limit else {
            return .leave("it was sent in again \(done) times already (--limit-redriven \(limit))")
        }
        switch topics.inputTopic(named: headers.sourceTopic) {
        case .analysisCompleted, .orderUpdates: break
        case .reference:
            return .leave("a later record of \(headers.sourceTopic) may have set its key, and would be undone")
        case nil: return .leave("\(headers.sourceTopic) is no input topic of this configuration")
        }
        return .send(
            topic: headers.sourceTopic, headers: DeadLetterHeaders.redriven(letter.headers, count: done + 1),
            count: done + 1)
    }
}
