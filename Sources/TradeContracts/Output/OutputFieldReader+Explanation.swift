package import TradeCore

extension OutputFieldReader {
    /// The explanation of a published order or skip (R96); nil where it has none, or none that can be read.
    package func explanation(of value: [UInt8]) -> Explanation? {
        value.withUnsafeBytes { bytes in
            guard let tokens = try? parser.parse(bytes), let explanation = tokens.value("explanation", of: 0),
                let ruleset = tokens.string("ruleset", of: explanation),
                let rules = tokens.value("rules", of: explanation),
                tokens.kind(rules) == .array
            else { return nil }
            var traces: [RuleTrace] = []
            var index = rules + 1
            while tokens.kind(index) == .object {
                guard let trace = tokens.ruleTrace(index) else { return nil }
                traces.append(trace)
                index = tokens.next(index)
            }
            return Explanation(ruleset: ruleset, rules: traces)
        }
    }
}

extension JSONTokens {
    /// The index of a field's value in an object; nil where it is absent.
    fileprivate func value(_ name: String, of object: Int) -> Int? {
        guard kind(object) == .object else { return nil }
        var index = object + 1
        while kind(index) == .key {
            if bytes(index).elementsEqual(name.utf8) { return index + 1 }
            index = next(index)
        }
        return nil
    }

    fileprivate func string(_ name: String, of object: Int) -> String? {
        value(name, of: object).flatMap { kind($0) == .string ? text($0) : nil }
    }

    private func number(_ name: String, of object: Int) -> Fixed9? {
        value(name, of: object).flatMap { kind($0) == .number ? DecimalText.fixed9(bytes($0)) : nil }
    }

    fileprivate func ruleTrace(_ object: Int) -> RuleTrace? {
        guard let rule = string("rule", of: object),
            let outcome = string("outcome", of: object).flatMap(RuleTrace.Outcome.init(rawValue:))
        else { return nil }
        return RuleTrace(
            rule: rule, outcome: outcome, condition: string("condition", of: object),
            comparison: string("operator", of: object), value: number("value", of: object),
            actual: number("actual", of: object))
    }
}
