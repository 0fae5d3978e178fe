import TradeContracts

/// What differs of one event between two outputs.
package struct OutcomeDifference {
    /// The longest text of a field that is shown.
    private static let shown = 80

    let event: String
    let expected: [Outcome]
    let came: [Outcome]

    /// The event, then a line for each of its recommendations that came out otherwise.
    package var lines: [String] {
        var subjects: [String] = []
        for outcome in expected + came where !subjects.contains(outcome.subject) { subjects.append(outcome.subject) }
        return [event] + subjects.compactMap(line)
    }

    private func line(of subject: String) -> String? {
        let before = expected.filter { $0.subject == subject }
        let after = came.filter { $0.subject == subject }
        let name = subject.isEmpty ? "" : "\(subject): "
        guard before.map(\.summary) == after.map(\.summary) else {
            return "  \(name)expected \(Self.text(before)); came \(Self.text(after))"
        }
        let changes = zip(before, after).flatMap(Self.changes)
        return changes.isEmpty ? nil : "  \(name)\(Self.text(before)), but \(changes.joined(separator: ", "))"
    }

    private static func text(_ outcomes: [Outcome]) -> String {
        outcomes.isEmpty ? "nothing" : outcomes.map(\.summary).joined(separator: " + ")
    }

    /// Which fields differ where the summaries are the same.
    private static func changes(_ before: Outcome, _ after: Outcome) -> [String] {
        if Outcome.isSame(before.record, after.record) { return [] }
        var changes: [String] = []
        for (old, new) in zip(before.fields, after.fields) where old != new {
            let (oldText, newText) = shortened(old.text ?? "null", new.text ?? "null")
            changes.append("\(old.name) \(oldText) became \(newText)")
        }
        return changes.isEmpty ? ["key, headers or time differ"] : changes
    }

    /// Long texts from a little before where they begin to differ.
    private static func shortened(_ old: String, _ new: String) -> (String, String) {
        guard max(old.count, new.count) > shown else { return (old, new) }
        let same = zip(old, new).prefix { $0 == $1 }.count
        let start = max(0, same - shown / 2)
        func part(_ text: String) -> String {
            let rest = text.dropFirst(start)
            return (start > 0 ? "…" : "") + rest.prefix(shown) + (rest.count > shown ? "…" : "")
        }
        return (part(old), part(new))
    }
}
