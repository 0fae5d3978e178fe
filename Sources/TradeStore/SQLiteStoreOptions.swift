package import TradeContracts
package import TradeCore

/// How a store is opened.
package struct SQLiteStoreOptions: Sendable {
    /// Reads the JSON of a reference key; nil where it is not valid.
    package typealias ReferenceDecoder = @Sendable (ReferenceKey, [UInt8]) -> ReferenceChange?

    /// Names of the topics: input positions are kept by name, so that a renamed topic is another one.
    package var topics = TopicNames()
    /// Pages in the write-ahead log from which a commit is followed by a checkpoint.
    package var checkpointPages: Int64 = 4000
    /// Memory for the page cache of the writer's connection, in KiB.
    package var cacheKibibytes: Int64 = 65_536
    /// The same of the reader's, whose cache every commit of the writer empties.
    package var readerCacheKibibytes: Int64 = 4_096
    package var decodeReference: ReferenceDecoder = SQLiteStoreOptions.decodeByContract

    // For tests.
    var migrations = StoreSchema.migrations
    var probe: SQLiteProbe?

    package init(topics: TopicNames = TopicNames()) { self.topics = topics }

    /// Reads a reference value as the contract has it (R87), as the record that set it was read.
    private static let decodeByContract: ReferenceDecoder = { key, json in
        let name = Array(key.recordKey.utf8)
        return name.withUnsafeBytes { name in
            json.withUnsafeBytes { json in
                let view = RecordView(
                    address: RecordAddress(topic: .reference, partition: 0, offset: 0), timestamp: nil, key: name,
                    value: json)
                guard case .reference(let change) = RecordDecoder().decode(view).body else { return nil }
                return change
            }
        }
    }
}

extension ReferenceKey {
    /// The key of the record that sets it.
    fileprivate var recordKey: String {
        switch self {
        case .account(let id): "account/\(id)"
        case .expert(let id): "expert/\(id)"
        case .ruleset(let id): "ruleset/\(id)"
        }
    }
}
