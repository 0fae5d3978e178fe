import Testing
import TradeContracts
import TradeCore

@Suite("Reference data of a file (R20, R49)")
struct ReferenceFileTests {
    private typealias Node = ReferenceNode

    /// A tree with a line for each node, as a YAML reader hands it over.
    private func map(_ entries: (String, Node)...) -> Node {
        Node(.map(entries.map { ReferenceNode.Entry($0.0, $0.1) }), line: 10)
    }

    private func list(_ items: Node...) -> Node { Node(.list(items), line: 20) }
    private func number(_ text: String) -> Node { Node(.number(text), line: 30) }
    private func string(_ text: String) -> Node { Node(.string(text), line: 40) }

    private func account(_ id: String) -> Node {
        map(("id", number(id)), ("balance", number("100000")), ("buying_power", number("100000")))
    }

    private func ruleset(_ id: String) -> Node { map(("id", string(id)), ("rules", list())) }

    private func expert(_ id: String, _ account: String, _ more: (String, Node)...) -> Node {
        Node(
            .map(
                [.init("id", number(id)), .init("account_id", number(account))]
                    + more.map { ReferenceNode.Entry($0.0, $0.1) }), line: 14)
    }

    private func problem(_ root: Node) -> String? {
        do throws(ContractError) {
            _ = try ReferenceFile.changes(root)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("Accounts, rulesets, then experts")
    func changes() throws {
        let root = map(
            ("experts", list(expert("1", "1", ("enter_market_ruleset_id", string("entry"))))),
            ("accounts", list(account("1"), account("2"))), ("rulesets", list(ruleset("entry"))))
        let changes = try ReferenceFile.changes(root)
        #expect(changes.map(\.key.text) == ["account/1", "account/2", "ruleset/entry", "expert/1"])
        for change in changes { #expect(try ReferenceJSON.decode(change.key, change.json) == change.value) }
    }

    @Test("An empty file, and empty sections, change nothing")
    func empty() throws {
        #expect(try ReferenceFile.changes(Node(.null)) == [])
        #expect(try ReferenceFile.changes(map(("accounts", Node(.null)), ("experts", list()))) == [])
    }

    @Test("Warnings of rules come with their change")
    func warnings() throws {
        let rule = map(("triggers", list(map(("condition", string("moon"))))))
        let root = map(("rulesets", list(map(("id", string("a")), ("rules", list(rule))))))
        let warnings = try ReferenceFile.changes(root).flatMap(\.warnings)
        #expect(
            warnings == [
                "ruleset a, rule rule 1: condition moon is not known; the rule will not hold"
            ])
    }

    @Test("What is wrong is named with its path and line")
    func problems() {
        let accounts = ("accounts", list(account("1")))
        func experts(_ experts: Node...) -> (String, Node) { ("experts", Node(.list(experts))) }
        #expect(
            problem(map(accounts, experts(expert("1", "2"))))
                == "experts[0].account_id (line 14): the file has no account/2")
        #expect(
            problem(map(accounts, experts(expert("1", "1", ("open_positions_ruleset_id", string("x"))))))
                == "experts[0].open_positions_ruleset_id (line 14): the file has no ruleset/x")
        #expect(
            problem(map(accounts, experts(expert("1", "1"), expert("1", "1"))))
                == "experts[1].id (line 14): expert/1 is given twice in the file")
        #expect(
            problem(map(accounts, experts(expert("1", "1", ("settings", map(("lot_size", number("0"))))))))
                == "experts[0].settings.lot_size (line 30) is 0, allowed: a whole number 1...9223372036854775807")
        #expect(
            problem(map(accounts, experts(expert("1", "1", ("settings", map(("lots", number("1"))))))))?
                .hasPrefix("experts[0].settings.lots (line 30) is no key that is known, allowed: allow_auto") == true)
        #expect(
            problem(map(("accounts", list(map(("id", number("1")), ("id", number("2")))))))
                == "accounts[0].id (line 30) is given twice")
        #expect(problem(map(("acounts", list())))?.hasPrefix("acounts (line 20) is no key") == true)
        #expect(problem(list()) == "the value (line 20) is a list, allowed: an object")
        #expect(problem(map(("accounts", map()))) == "accounts (line 10) is an object, allowed: a list")
        #expect(problem(map(("accounts", list(string("1"))))) == "accounts[0] (line 40) is \"1\", allowed: an object")
        #expect(
            problem(map(("accounts", list(map(("id", number("1"))))))) == "accounts[0].balance (line 10) is missing")
        #expect(
            problem(map(("accounts", list(map(("id", number(".inf")))))))
                == "accounts[0].id (line 30) is .inf, allowed: a whole number "
                + "-9223372036854775808...9223372036854775807")
    }
}
