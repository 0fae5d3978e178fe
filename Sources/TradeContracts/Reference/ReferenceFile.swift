package import TradeCore

/// Reads reference data of a file (design §5): the tree comes from a YAML reader, which knows the lines.
package enum ReferenceFile {
    /// The changes that a file makes, accounts before rulesets before experts, each with the warnings of its rules.
    ///
    /// Throws what is wrong, with its path and line: as R49 says, and also ids that are given twice, keys that are given twice, and
    /// accounts and rulesets of experts that the file does not have (R20).
    package static func changes(_ root: ReferenceNode) throws(ContractError) -> [ReferenceChange] {
        if root.value == .null { return [] }
        try refuseRepeatedKeys(root, path: "")
        do throws(Undecodable) {
            return try read(root)
        } catch {
            throw ContractError(error.message)
        }
    }

    private static func read(_ root: ReferenceNode) throws(Undecodable) -> [ReferenceChange] {
        let file = try ReferenceMap(root, path: "", keys: ["accounts", "experts", "rulesets"])
        var changes: [ReferenceChange] = []
        var keys: Set<String> = []
        for (path, node) in try file.list("accounts") {
            try add(.account(ReferenceReader.account(node, path: path)), path, node, &changes, &keys)
        }
        for (path, node) in try file.list("rulesets") {
            try add(.ruleset(ReferenceReader.ruleset(node, path: path)), path, node, &changes, &keys)
        }
        for (path, node) in try file.list("experts") {
            let expert = try ReferenceReader.expert(node, path: path)
            try add(.expert(expert), path, node, &changes, &keys)
            try resolve(.account(expert.account), "\(path).account_id", node, keys)
            if let id = expert.enterMarketRuleset {
                try resolve(.ruleset(id), "\(path).enter_market_ruleset_id", node, keys)
            }
            if let id = expert.openPositionsRuleset {
                try resolve(.ruleset(id), "\(path).open_positions_ruleset_id", node, keys)
            }
        }
        return changes
    }

    private static func add(
        _ value: ReferenceValue, _ path: String, _ node: ReferenceNode, _ changes: inout [ReferenceChange],
        _ keys: inout Set<String>
    ) throws(Undecodable) {
        guard keys.insert(value.key.text).inserted else {
            throw Undecodable(
                .invalidValue,
                "\(path).id\(ReferenceMap.place(node.line)): \(value.key.text) is given twice in the file")
        }
        changes.append(ReferenceJSON.change(value))
    }

    private static func resolve(
        _ key: ReferenceKey, _ path: String, _ node: ReferenceNode, _ keys: Set<String>
    ) throws(Undecodable) {
        guard keys.contains(key.text) else {
            throw Undecodable(
                .invalidValue, "\(path)\(ReferenceMap.place(node.line)): the file has no \(key.text)")
        }
    }

    private static func refuseRepeatedKeys(_ node: ReferenceNode, path: String) throws(ContractError) {
        switch node.value {
        case .list(let items):
            for (index, item) in items.enumerated() { try refuseRepeatedKeys(item, path: "\(path)[\(index)]") }
        case .map(let entries):
            var seen: Set<Symbol> = []
            for entry in entries {
                let name = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                // A symbol compares its bytes, as keys are compared here.
                guard seen.insert(Symbol(entry.key)).inserted else {
                    throw ContractError("\(name)\(ReferenceMap.place(entry.value.line)) is given twice")
                }
                try refuseRepeatedKeys(entry.value, path: name)
            }
        case .null, .bool, .number, .string: break
        }
    }
}
