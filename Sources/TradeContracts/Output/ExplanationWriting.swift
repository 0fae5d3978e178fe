import TradeCore

/// The JSON of explanations (R96).
extension ByteWriter {
    /// The longest explanation, in bytes; what exceeds it is cut to whole rules.
    static let longestExplanation = 4_096

    func append(explanation: Explanation?) {
        append(",\"explanation\":" as StaticString)
        guard let explanation else {
            appendNull()
            return
        }
        let start = count
        append("{\"ruleset\":" as StaticString)
        append(quoted: explanation.ruleset)
        append(",\"rules\":[" as StaticString)
        for (index, rule) in explanation.rules.enumerated() {
            let before = count
            if index > 0 { append(UInt8(ascii: ",")) }
            append(rule)
            // Room for the two brackets that follow.
            if count - start + 2 > ByteWriter.longestExplanation {
                truncate(to: before)
                break
            }
        }
        append("]}" as StaticString)
    }

    private func append(_ rule: RuleTrace) {
        append("{\"rule\":" as StaticString)
        append(quoted: rule.rule)
        append(",\"outcome\":" as StaticString)
        append(quoted: rule.outcome.rawValue)
        append(",\"condition\":" as StaticString)
        append(quotedOrNull: rule.condition)
        append(",\"operator\":" as StaticString)
        append(quotedOrNull: rule.comparison)
        append(",\"value\":" as StaticString)
        append(orNull: rule.value)
        append(",\"actual\":" as StaticString)
        append(orNull: rule.actual)
        append(UInt8(ascii: "}"))
    }
}
