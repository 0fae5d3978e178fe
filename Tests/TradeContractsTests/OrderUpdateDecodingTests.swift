import Testing
import TradeContracts
import TradeCore

@Suite("Decoding of order updates (R82)")
struct OrderUpdateDecodingTests {
    private let update = SampleObject.update

    private func record(_ object: SampleObject) -> SampleRecord { SampleRecord(object.json, topic: .orderUpdates) }

    @Test("An update is read in full")
    func example() throws {
        let read = try #require(record(update).orderUpdate)
        #expect(read.order == UniqueID("3d813cbb-47fb-5d23-9a1f-0c9ad29a4bb5"))
        #expect(read.expert == ExpertID(1))
        #expect(read.status == .filled)
        #expect(read.filledQuantity == Fixed9(whole: 400))
        #expect(read.averagePrice == Fixed9(billionths: 190_010_000_000))
        #expect(read.occurredAt == RFC3339.parse("2026-11-23T09:31:00Z"))
    }

    @Test("An order that is not ours by its form is no dead letter", arguments: [#""x""#, #""""#, #""1\u0000""#])
    func foreign(id: String) throws {
        let read = try #require(record(update.with("order_id", id)).orderUpdate)
        #expect(read.order == nil)
    }

    @Test("Every status is read", arguments: OrderStatus.allCases)
    func statuses(status: OrderStatus) {
        #expect(record(update.with("status", "\"\(status.rawValue)\"")).orderUpdate?.status == status)
    }

    @Test("Quantity and price are required of a fill alone")
    func fills() throws {
        for key in ["filled_quantity", "average_price"] {
            #expect(record(update.with(key, nil)).undecodable == Undecodable(.missingField, "\(key) is missing"))
            #expect(record(update.with(key, "0")).undecodable?.reason == .invalidValue)
        }
        let new = update.with("status", #""new""#).with("filled_quantity", "0").with("average_price", "0")
        let read = try #require(record(new).orderUpdate)
        #expect(read.filledQuantity == .zero)
        #expect(read.averagePrice == nil)
        #expect(record(new.with("filled_quantity", nil).with("average_price", "null")).orderUpdate != nil)
    }

    static let wrong: [(key: String, json: String?, reason: DeadLetterReason)] = [
        ("schema_version", "2", .unsupportedVersion), ("order_id", nil, .missingField), ("order_id", "5", .wrongType),
        ("expert_instance_id", nil, .missingField), ("expert_instance_id", #""1""#, .wrongType),
        ("status", nil, .missingField), ("status", #""FILLED""#, .unknownValue), ("status", "1", .wrongType),
        ("filled_quantity", "-1", .invalidValue), ("filled_quantity", #""1""#, .wrongType),
        ("filled_quantity", "1e10", .invalidValue), ("average_price", "-0.01", .invalidValue),
        ("average_price", "1000000001", .invalidValue), ("occurred_at", nil, .missingField),
        ("occurred_at", "1", .wrongType), ("occurred_at", #""x""#, .invalidValue),
    ]

    @Test("What is wrong makes a dead letter", arguments: wrong)
    func refused(key: String, json: String?, reason: DeadLetterReason) throws {
        let cause = try #require(record(update.with(key, json)).undecodable)
        #expect(cause.reason == reason)
        #expect(cause.message.hasPrefix("\(key) is "))
    }

    @Test("Tombstones and garbage are dead letters here too")
    func garbage() {
        #expect(SampleRecord(nil as [UInt8]?, topic: .orderUpdates).undecodable?.reason == .tombstone)
        #expect(SampleRecord("x", topic: .orderUpdates).undecodable?.reason == .malformed)
    }
}
