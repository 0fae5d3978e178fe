/// A rule whose names have been looked up. One with a defect never holds, and reports it whenever evaluation comes to it (R49).
final class CompiledRule: Sendable {
    let name: String
    let triggers: [CompiledTrigger]
    let actions: [CompiledAction]
    let continueProcessing: Bool
    /// The first defect in the order of the text.
    let defect: RuleDefect?

    init(_ rule: Rule) {
        var triggers: [CompiledTrigger] = []
        var actions: [CompiledAction] = []
        var defects: [RuleDefect] = []
        for trigger in rule.triggers {
            switch CompiledTrigger.compile(trigger) {
            case .success(let compiled): triggers.append(compiled)
            case .failure(let defect): defects.append(defect)
            }
        }
        for action in rule.actions {
            switch CompiledAction.compile(action) {
            case .success(let compiled): actions.append(compiled)
            case .failure(let defect): defects.append(defect)
            }
        }
        name = rule.name
        self.triggers = triggers
        self.actions = actions
        continueProcessing = rule.continueProcessing
        defect = defects.first
    }

    /// How errors of this rule begin.
    func error(_ text: String) -> String { "rule \(name): \(text)" }
}
