import TradeCore

/// Reads a record of `trade.order-updates` from its tokens (R82).
enum OrderUpdateDecoder {
    private enum Field: Int, FieldName {
        case schemaVersion
        case order
        case expert
        case status
        case filledQuantity
        case averagePrice
        case occurredAt

        static let table = FieldTable(Field.self)

        var name: StaticString {
            switch self {
            case .schemaVersion: "schema_version"
            case .order: "order_id"
            case .expert: "expert_instance_id"
            case .status: "status"
            case .filledQuantity: "filled_quantity"
            case .averagePrice: "average_price"
            case .occurredAt: "occurred_at"
            }
        }
    }

    static func update(_ tokens: JSONTokens, _ headers: InputHeaders) throws(Undecodable) -> OrderUpdate {
        let cloudEvent = try CloudEvent(headers, tokens)
        let fields = ObjectFields<Field>(tokens, object: cloudEvent.data, path: cloudEvent.path)
        try fields.checkVersion(.schemaVersion)
        let order = try fields.required(.order, fields.string(.order))
        let expert = try fields.required(.expert, fields.integer(.expert))
        let status = try fields.required(.status, fields.enumeration(.status, Wire.orderStatuses))
        var quantity = try fields.decimal(.filledQuantity, allowed: "not below 0") { .zero <= $0 }
        var price = try fields.decimal(.averagePrice, allowed: "0...1000000000") {
            .zero <= $0 && $0 <= WireLimit.price
        }
        if status == .filled {
            quantity = try fields.required(.filledQuantity, quantity)
            price = try fields.required(.averagePrice, price)
        }
        if let quantity, quantity == .zero, status == .filled {
            throw fields.invalid(.filledQuantity, "above 0 where status is filled")
        }
        // A broker that has filled nothing reports a price of 0; one that has can't.
        if let price, price == .zero, status == .filled || (quantity ?? .zero) > .zero {
            throw fields.invalid(.averagePrice, "above 0 where something was filled")
        }
        return OrderUpdate(
            order: UniqueID(String(decoding: order, as: UTF8.self)), expert: ExpertID(expert), status: status,
            filledQuantity: quantity, averagePrice: price == .zero ? nil : price,
            occurredAt: try fields.required(.occurredAt, cloudEvent.time(.occurredAt, of: fields)))
    }
}
