import TradeContracts
import TradeCore

/// An event that a fault test has put into the input topic.
struct SentEvent: Sendable {
    var id: String
    var expert: Int64
    var useCase = UseCase.enterMarket
    /// Its recommendations' ids.
    var recommendations: [Int64] = []
    /// Of all its recommendations; nil: each has one of its own.
    var symbol: String?
    var action = "BUY"

    /// At which every event occurs and every test's clock stands.
    static let time = "2027-01-15T08:00:00Z"

    var partition: TopicPartition { .init(topic: .analysisCompleted, partition: Int32(expert % 2)) }

    var json: String {
        let advice = recommendations.map { id in
            """
            {"id":\(id),"symbol":"\(symbol ?? "S\(id)")","recommended_action":"\(action)","confidence":80,"expected_profit_percent":5,\
            "price_at_date":100,"created_at":"\(SentEvent.time)"}
            """
        }
        return """
            {"schema_version":1,"event_id":"\(id)","occurred_at":"\(SentEvent.time)","expert_instance_id":\(expert),\
            "use_case":"\(useCase.rawValue)","trigger":"scheduled","recommendations":[\(advice.joined(separator: ","))]}
            """
    }

    var record: MemoryTopics.Record { .init(key: Array("\(expert)".utf8), value: Array(json.utf8)) }
}
