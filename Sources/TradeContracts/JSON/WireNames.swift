import TradeCore

/// The names of an enumeration on the wire, found by their bytes: its raw values.
struct WireNames<Value: Sendable>: Sendable {
    private let entries: [(name: [UInt8], value: Value)]
    /// For messages.
    let list: String

    init() where Value: CaseIterable & RawRepresentable<String> {
        entries = Value.allCases.map { (Array($0.rawValue.utf8), $0) }
        list = Value.allCases.map(\.rawValue).joined(separator: " ")
    }

    func value(of bytes: UnsafeRawBufferPointer) -> Value? {
        for entry in entries where entry.name.withUnsafeBytes({ bytes.isEqual(to: $0) }) {
            return entry.value
        }
        return nil
    }
}

/// The enumerations that records carry.
enum Wire {
    static let useCases = WireNames<UseCase>()
    static let actions = WireNames<RecommendedAction>()
    static let riskLevels = WireNames<RiskLevel>()
    static let timeHorizons = WireNames<TimeHorizon>()
    static let orderStatuses = WireNames<OrderStatus>()
    static let orderRoles = WireNames<OrderRole>()
}
