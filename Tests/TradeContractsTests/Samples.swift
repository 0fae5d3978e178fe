import TradeContracts
import TradeCore

/// Records as tests write them: owned, and viewed only within a call.
struct SampleRecord {
    var topic = InputTopic.analysisCompleted
    var partition: Int32 = 0
    var offset: Int64 = 41
    var timestamp: Int64? = 1_700_000_000_123
    var key: [UInt8]? = Array("1".utf8)
    var value: [UInt8]?
    var headers: [(name: [UInt8], value: [UInt8]?)] = []

    init(_ value: [UInt8]?, topic: InputTopic = .analysisCompleted, headers: [(String, String?)] = []) {
        self.topic = topic
        self.value = value
        self.headers = headers.map { (Array($0.0.utf8), $0.1.map { Array($0.utf8) }) }
    }

    init(_ value: String, topic: InputTopic = .analysisCompleted, headers: [(String, String?)] = []) {
        self.init(Array(value.utf8), topic: topic, headers: headers)
    }

    /// Decodes through memory that is allocated for the call, so that nothing of a view may outlive it unnoticed.
    func decoded(by decoder: RecordDecoder = RecordDecoder()) -> DecodedRecord {
        func copy(_ bytes: [UInt8]?) -> UnsafeMutableRawBufferPointer? {
            guard let bytes else { return nil }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
            memory.copyBytes(from: bytes)
            return UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes.count])
        }
        let key = copy(key)
        let value = copy(value)
        let headers = headers.map { (name: copy($0.name), value: copy($0.value)) }
        defer {
            for memory in [key, value] + headers.flatMap({ [$0.name, $0.value] }) {
                memory?.baseAddress?.deallocate()
            }
        }
        return decoder.decode(
            RecordView(
                address: RecordAddress(topic: topic, partition: partition, offset: offset), timestamp: timestamp,
                key: key.map { UnsafeRawBufferPointer($0) }, value: value.map { UnsafeRawBufferPointer($0) },
                headers: headers.map { header in
                    RecordView.Header(
                        name: header.name.map { UnsafeRawBufferPointer($0) }
                            ?? UnsafeRawBufferPointer(start: nil, count: 0),
                        value: header.value.map { UnsafeRawBufferPointer($0) })
                }))
    }

    var event: AnalysisEvent? {
        if case .event(let event) = decoded().body { event } else { nil }
    }

    var undecodable: Undecodable? {
        if case .undecodable(let cause) = decoded().body { cause } else { nil }
    }

    var orderUpdate: OrderUpdate? {
        if case .orderUpdate(let update) = decoded().body { update } else { nil }
    }

    var reference: ReferenceChange? {
        if case .reference(let change) = decoded().body { change } else { nil }
    }
}

/// JSON objects as ordered fields, so that a test can change one.
struct SampleObject {
    var fields: [(key: String, json: String)]

    /// The event of design §5 without its recommendations.
    static let event = SampleObject(fields: [
        ("schema_version", "1"), ("event_id", #""0b7f""#), ("occurred_at", #""2026-11-23T09:30:00.123Z""#),
        ("expert_instance_id", "1"), ("account_id", "1"), ("use_case", #""enter_market""#),
        ("trigger", #""scheduled""#), ("correlation_id", #""c-1""#), ("lookback_days", "1"),
        ("recommendations", "[]"),
    ])

    static let recommendation = SampleObject(fields: [
        ("id", "123"), ("symbol", #""AAPL""#), ("recommended_action", #""BUY""#), ("confidence", "78.5"),
        ("expected_profit_percent", "6.2"), ("price_at_date", "189.95"), ("target_price", "201.5"),
        ("risk_level", #""MEDIUM""#), ("time_horizon", #""SHORT_TERM""#), ("market_analysis_id", "77"),
        ("created_at", #""2026-11-23T09:29:58Z""#),
    ])

    static let update = SampleObject(fields: [
        ("schema_version", "1"), ("order_id", #""3d813cbb-47fb-5d23-9a1f-0c9ad29a4bb5""#),
        ("expert_instance_id", "1"), ("status", #""filled""#), ("filled_quantity", "400"),
        ("average_price", "190.01"), ("occurred_at", #""2026-11-23T09:31:00Z""#),
    ])

    /// The object with a field set, or left out where `json` is nil.
    func with(_ key: String, _ json: String?) -> SampleObject {
        var copy = self
        let index = copy.fields.firstIndex { $0.key == key }
        switch (index, json) {
        case (let index?, let json?): copy.fields[index].json = json
        case (let index?, nil): copy.fields.remove(at: index)
        case (nil, let json?): copy.fields.append((key, json))
        case (nil, nil): break
        }
        return copy
    }

    func with(_ recommendations: SampleObject...) -> SampleObject {
        with("recommendations", "[\(recommendations.map(\.json).joined(separator: ","))]")
    }

    var json: String { "{" + fields.map { "\"\($0.key)\":\($0.json)" }.joined(separator: ",") + "}" }
}
