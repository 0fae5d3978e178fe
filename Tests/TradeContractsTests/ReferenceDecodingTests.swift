import Testing
import TradeContracts
import TradeCore

@Suite("Reference records and their JSON (R49, R87)")
struct ReferenceDecodingTests {
    private func record(_ key: String?, _ value: String?) -> SampleRecord {
        var record = SampleRecord(value.map { Array($0.utf8) }, topic: .reference)
        record.key = key.map { Array($0.utf8) }
        return record
    }

    static let rulesetJSON = #"""
        {"id":"entry","rules":[{"name":"confident and bullish","triggers":[{"condition":"bullish"},
        {"condition":"confidence","operator":">=","value":70}],"actions":[{"action":"buy"},
        {"action":"adjust_take_profit","reference":"order_open_price","percent":10}],"continue_processing":false}]}
        """#

    @Test("The examples of the contract are read")
    func examples() throws {
        let account = try #require(record("account/1", #"{"id":1,"balance":100000,"buying_power":1e5}"#).reference)
        let hundredThousand = try #require(Fixed9(whole: 100_000))
        #expect(
            account.value
                == .account(Account(id: AccountID(1), balance: hundredThousand, buyingPower: hundredThousand)))
        #expect(account.key == .account(AccountID(1)))
        #expect(String(decoding: account.json, as: UTF8.self) == #"{"id":1,"balance":100000,"buying_power":100000}"#)

        let expert = try #require(
            record(
                "expert/1",
                #"""
                {"id":1,"account_id":1,"enabled":true,"enter_market_ruleset_id":"entry",
                "open_positions_ruleset_id":"manage","settings":{"allow_automated_trade_opening":true,
                "max_virtual_equity_per_instrument_percent":40}}
                """#
            ).reference)
        var settings = ExpertSettings()
        settings.allowAutomatedTradeOpening = true
        settings.maxVirtualEquityPerInstrumentPercent = Fixed9(billionths: 40_000_000_000)
        #expect(
            expert.value
                == .expert(
                    Expert(
                        id: ExpertID(1), account: AccountID(1), enterMarketRuleset: "entry",
                        openPositionsRuleset: "manage", settings: settings)))

        let ruleset = try #require(record("ruleset/entry", ReferenceDecodingTests.rulesetJSON).reference)
        let rule = Rule(
            name: "confident and bullish",
            triggers: [
                Trigger(condition: "bullish"),
                Trigger(condition: "confidence", comparison: ">=", value: Fixed9(billionths: 70_000_000_000)),
            ],
            actions: [
                RuleAction(action: "buy"),
                RuleAction(
                    action: "adjust_take_profit", reference: "order_open_price",
                    percent: Fixed9(billionths: 10_000_000_000)),
            ])
        #expect(ruleset.value == .ruleset(Ruleset(id: "entry", rules: [rule])))
        #expect(ruleset.warnings == [])
    }

    @Test("Every setting is read, written and read again as the same value")
    func settings() throws {
        let json = #"""
            {"id":-3,"account_id":4,"enabled":false,"enter_market_ruleset_id":null,"open_positions_ruleset_id":"é\"\\\u0001",
            "settings":{"allow_automated_trade_opening":true,"allow_automated_trade_modification":true,
            "enable_buy":false,"enable_sell":true,"virtual_equity_pct":0.5,"min_available_balance_pct":1.25,
            "minimum_equity_threshold_percent":0,"max_virtual_equity_per_instrument_percent":33.333333333,
            "diversification_factor":0.000000001,"sizing_mode":"risk_atr","risk_per_trade_pct":2,
            "min_stop_loss_pct":3,"min_take_profit_pct":4,"instrument_weights":{"B":50,"A":150,"e\u0301":1,"\u00e9":2},
            "lot_size":100,"max_open_positions":0,"max_entries_per_hour":7}}
            """#
        let change = try #require(record("expert/-3", json).reference)
        guard case .expert(let expert) = change.value else {
            Issue.record("no expert")
            return
        }
        #expect(expert.settings.sizingMode == .riskATR)
        #expect(expert.settings.virtualEquityPercent == Fixed9(billionths: 500_000_000))
        #expect(expert.settings.instrumentWeights.count == 4)
        #expect(expert.settings.maxOpenPositions == 0)
        #expect(expert.settings.lotSize == 100)
        #expect(expert.enabled == false)
        let again = try ReferenceJSON.decode(change.key, change.json)
        #expect(again == change.value)
        #expect(ReferenceJSON.encode(again) == change.json)
        #expect(
            String(decoding: change.json, as: UTF8.self) == #"""
                {"id":-3,"account_id":4,"enabled":false,"enter_market_ruleset_id":null,"open_positions_ruleset_id":"é\"\\\u0001","settings":{"allow_automated_trade_opening":true,"allow_automated_trade_modification":true,"enable_buy":false,"enable_sell":true,"virtual_equity_pct":0.5,"min_available_balance_pct":1.25,"minimum_equity_threshold_percent":0,"max_virtual_equity_per_instrument_percent":33.333333333,"diversification_factor":0.000000001,"sizing_mode":"risk_atr","risk_per_trade_pct":2,"min_stop_loss_pct":3,"min_take_profit_pct":4,"instrument_weights":{"A":150,"B":50,"é":1,"é":2},"lot_size":100,"max_open_positions":0,"max_entries_per_hour":7}}
                """#)
        #expect(try ReferenceJSON.decode(.expert(ExpertID(-3)), change.json) == change.value)
    }

    @Test("Null deletes, of every kind of key", arguments: ["account/1", "expert/-2", "ruleset/x/y"])
    func deletions(key: String) throws {
        let change = try #require(record(key, nil).reference)
        #expect(change == ReferenceChange(key: change.key, value: nil, json: []))
        #expect(change.key.text == key)
        #expect(ReferenceKey(text: key) == change.key)
    }

    @Test(
        "Other keys are dead letters",
        arguments: [
            nil, "", "account", "account/", "account/01", "account/+1", "account/x", "account/1/2", "Account/1",
            "expert/9223372036854775808", "expert/ 1", "ruleset/", "ruleset/ ", "order/1", "/1", "ruleset/\u{0}",
        ])
    func keys(key: String?) throws {
        for value in [nil, "{}"] {
            let cause = try #require(record(key, value).undecodable)
            #expect(cause.reason == .invalidValue)
            #expect(cause.message.contains("account/{id}, expert/{id} or ruleset/{id}"))
        }
        var record = record("account/1", nil)
        record.key = Array("account/1".utf8) + [0xFF]
        #expect(record.undecodable?.reason == .invalidValue)
    }

    static let wrong: [(key: String, json: String, reason: DeadLetterReason, field: String)] = [
        ("account/1", #"{"id":2,"balance":1,"buying_power":1}"#, .invalidValue, "id is that of account/2"),
        ("account/1", #"{"balance":1,"buying_power":1}"#, .missingField, "id is missing"),
        ("account/1", #"{"id":1,"buying_power":1}"#, .missingField, "balance is missing"),
        ("account/1", #"{"id":1,"balance":"1","buying_power":1}"#, .wrongType, "balance is \"1\""),
        ("account/1", #"{"id":1,"balance":1e300,"buying_power":1}"#, .invalidValue, "balance is 1e300"),
        ("account/1", #"{"id":1,"balance":1,"buying_power":1,"x":1}"#, .invalidValue, "x is no key"),
        ("account/1", "null", .malformed, ""), ("account/1", "[]", .malformed, ""), ("account/1", "", .malformed, ""),
        ("expert/1", #"{"id":1}"#, .missingField, "account_id is missing"),
        ("expert/1", #"{"id":1,"account_id":1,"enabled":1}"#, .wrongType, "enabled is 1"),
        ("expert/1", #"{"id":1,"account_id":1,"lot_size":1}"#, .invalidValue, "lot_size is no key"),
        ("expert/1", #"{"id":1,"account_id":1,"enter_market_ruleset_id":5}"#, .wrongType, "enter_market_ruleset_id"),
        ("expert/1", #"{"id":1,"account_id":1,"enter_market_ruleset_id":" "}"#, .invalidValue, "enter_market_rules"),
        ("expert/1", #"{"id":1,"account_id":1,"settings":[]}"#, .wrongType, "settings is a list"),
        ("ruleset/a", #"{"id":"a"}"#, .missingField, "rules is missing"),
        ("ruleset/a", #"{"id":"a","rules":{}}"#, .wrongType, "rules is an object"),
        ("ruleset/a", #"{"id":"a","rules":[1]}"#, .wrongType, "rules[0] is 1"),
        ("ruleset/a", #"{"id":"a","rules":[{"trigger":[]}]}"#, .invalidValue, "rules[0].trigger is no key"),
        ("ruleset/a", #"{"id":"a","rules":[{"triggers":[{}]}]}"#, .missingField, "rules[0].triggers[0].condition"),
        (
            "ruleset/a", #"{"id":"a","rules":[{},{"actions":[{"action":"buy","percent":"x"}]}]}"#, .wrongType,
            "rules[1].actions[0].percent is \"x\""
        ),
        (
            "ruleset/a", #"{"id":"a","rules":[{"triggers":[{"condition":"x","value":true}]}]}"#, .wrongType,
            "rules[0].triggers[0].value is true"
        ),
        ("ruleset/b", #"{"id":"a","rules":[]}"#, .invalidValue, "id is that of ruleset/a"),
    ]

    @Test("What is not valid is a dead letter that names the path", arguments: wrong)
    func refused(key: String, json: String, reason: DeadLetterReason, field: String) throws {
        let cause = try #require(record(key, json).undecodable)
        #expect(cause.reason == reason, "\(cause.message)")
        #expect(cause.message.hasPrefix(field), "\(cause.message)")
    }

    static let wrongSettings: [(String, String, DeadLetterReason)] = [
        ("unknown", "1", .invalidValue), ("enable_buy", "1", .wrongType), ("virtual_equity_pct", "-1", .invalidValue),
        ("virtual_equity_pct", "true", .wrongType), ("virtual_equity_pct", "1e400", .invalidValue),
        ("min_available_balance_pct", "-0.000000001", .invalidValue), ("diversification_factor", "0", .invalidValue),
        ("diversification_factor", "-1", .invalidValue), ("sizing_mode", #""atr""#, .unknownValue),
        ("sizing_mode", "1", .wrongType), ("instrument_weights", "[]", .wrongType),
        ("instrument_weights", #"{"A":0}"#, .invalidValue), ("instrument_weights", #"{"A":-1}"#, .invalidValue),
        ("instrument_weights", #"{"A":"1"}"#, .wrongType), ("instrument_weights", #"{"A":null}"#, .wrongType),
        ("instrument_weights", #"{" ":1}"#, .invalidValue), ("lot_size", "0", .invalidValue),
        ("lot_size", "1.5", .invalidValue), ("max_open_positions", "-1", .invalidValue),
        ("max_entries_per_hour", #""1""#, .wrongType), ("risk_per_trade_pct", "[]", .wrongType),
    ]

    @Test("Settings are strict (R49)", arguments: wrongSettings)
    func strictSettings(key: String, json: String, reason: DeadLetterReason) throws {
        let value = #"{"id":1,"account_id":1,"settings":{"\#(key)":\#(json)}}"#
        let cause = try #require(record("expert/1", value).undecodable)
        #expect(cause.reason == reason, "\(cause.message)")
        #expect(cause.message.hasPrefix("settings.\(key)"), "\(cause.message)")
    }

    static let warned: [(triggers: String, actions: String, warning: String?)] = [
        (#"{"condition":"moon"}"#, "", "rule n: condition moon is not known"),
        (#"{"condition":"confidence","operator":"=>","value":1}"#, "", "operator =>"),
        (#"{"condition":"confidence","value":1}"#, "", "confidence has no operator"),
        (#"{"condition":"confidence","operator":">"}"#, "", "confidence has no value"),
        ("", #"{"action":"fly"}"#, "rule n: action fly is not known"),
        ("", #"{"action":"adjust_stop_loss","percent":1}"#, "adjust_stop_loss has no reference"),
        ("", #"{"action":"adjust_stop_loss","reference":"moon","percent":1}"#, "reference moon"),
        ("", #"{"action":"adjust_take_profit","reference":"current_price"}"#, "adjust_take_profit has no percent"),
        ("", #"{"action":"increase_instrument_share"}"#, "increase_instrument_share has no percent"),
        (#"{"condition":"rating_neutral_to_positive"}"#, #"{"action":"close"}"#, nil),
        (#"{"condition":"days_opened","operator":"!=","value":-1}"#, #"{"action":"stop_processing"}"#, nil),
    ]

    @Test("Unknown names and absent operands are loaded with a warning (R49)", arguments: warned)
    func warnings(triggers: String, actions: String, warning: String?) throws {
        let json = #"{"id":"a","rules":[{"name":"n","triggers":[\#(triggers)],"actions":[\#(actions)]}]}"#
        let change = try #require(record("ruleset/a", json).reference)
        #expect(change.warnings.count == (warning == nil ? 0 : 1))
        #expect(change.warnings.first?.contains(warning ?? "") ?? true, "\(change.warnings)")
        #expect(try ReferenceJSON.decode(change.key, change.json) == change.value)
    }
}
