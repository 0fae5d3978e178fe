import TradeCore

/// Reads accounts, experts and rulesets from their trees (domain.md, Values; R49, R87).
enum ReferenceReader {
    static func account(_ node: ReferenceNode, path: String) throws(Undecodable) -> Account {
        let map = try ReferenceMap(node, path: path, keys: ["id", "balance", "buying_power"])
        return Account(
            id: AccountID(try map.required("id", map.integer("id"))),
            balance: try map.required("balance", map.decimal("balance", allowed: within) { _ in true }),
            buyingPower: try map.required("buying_power", map.decimal("buying_power", allowed: within) { _ in true }))
    }

    static func expert(_ node: ReferenceNode, path: String) throws(Undecodable) -> Expert {
        let map = try ReferenceMap(
            node, path: path,
            keys: [
                "id", "account_id", "enabled", "enter_market_ruleset_id", "open_positions_ruleset_id", "settings",
            ])
        return Expert(
            id: ExpertID(try map.required("id", map.integer("id"))),
            account: AccountID(try map.required("account_id", map.integer("account_id"))),
            enabled: try map.bool("enabled") ?? true,
            enterMarketRuleset: try map.id("enter_market_ruleset_id"),
            openPositionsRuleset: try map.id("open_positions_ruleset_id"),
            settings: try map.value("settings").map { node throws(Undecodable) in
                try SettingsReader.settings(node, path: map.name(of: "settings"))
            } ?? ExpertSettings())
    }

    static func ruleset(_ node: ReferenceNode, path: String) throws(Undecodable) -> Ruleset {
        let map = try ReferenceMap(node, path: path, keys: ["id", "rules"])
        let id = try map.required("id", map.id("id"))
        _ = try map.required("rules", map.value("rules"))
        var rules: [Rule] = []
        for (path, node) in try map.list("rules") {
            rules.append(try rule(node, path: path, number: rules.count + 1))
        }
        return Ruleset(id: id, rules: rules)
    }

    /// What a Fixed9 holds, in words.
    static let within = "within ±9223372036.854775807"

    private static func rule(_ node: ReferenceNode, path: String, number: Int) throws(Undecodable) -> Rule {
        let map = try ReferenceMap(node, path: path, keys: ["name", "triggers", "actions", "continue_processing"])
        var triggers: [Trigger] = []
        for (path, node) in try map.list("triggers") {
            let map = try ReferenceMap(node, path: path, keys: ["condition", "operator", "value"])
            triggers.append(
                Trigger(
                    condition: try map.required("condition", map.string("condition")),
                    comparison: try map.string("operator"),
                    value: try map.decimal("value", allowed: within) { _ in true }))
        }
        var actions: [RuleAction] = []
        for (path, node) in try map.list("actions") {
            let map = try ReferenceMap(node, path: path, keys: ["action", "reference", "percent"])
            actions.append(
                RuleAction(
                    action: try map.required("action", map.string("action")),
                    reference: try map.string("reference"),
                    percent: try map.decimal("percent", allowed: within) { _ in true }))
        }
        return Rule(
            name: try map.string("name") ?? "rule \(number)", triggers: triggers, actions: actions,
            continueProcessing: try map.bool("continue_processing") ?? false)
    }
}
