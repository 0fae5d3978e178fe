import TradeContracts

/// What Kafka holds of a partition that is about to be read (G6).
package struct FoundPartition: Hashable, Sendable {
    /// The group's committed offset with the text of its writer, "" where it has none; nil: nothing is committed.
    package var committed: FoundMark?
    /// The oldest offset that is there, and the next one to be written.
    package var low: Int64
    package var high: Int64
    /// `RecordChecksum` of the record at the offset of the last one that was taken in; nil: there is none any more.
    package var lastChecksum: UInt64?

    package init(committed: FoundMark?, low: Int64, high: Int64, lastChecksum: UInt64?) {
        self.committed = committed
        self.low = low
        self.high = high
        self.lastChecksum = lastChecksum
    }
}

/// What follows for a partition.
package enum PartitionVerdict: Hashable, Sendable {
    /// The store's position decides, or where it has none the setting `kafka.start`.
    case goOn
    /// The store knows nothing of the partition, and a group without our texts has been there: it is taken over from here.
    case begin(at: Int64)
    /// The position lies beyond the partition's end: that may pass, within 30 s.
    case beyondEnd(String)
    /// Something is missing between the position and what is there (R99). `nearest`: where reading can go on.
    case gap(String, nearest: Int64)
    /// The offsets are not ours.
    case foreign(String)
}

/// Whose the input positions are, and whether the partition is still the one that they were taken in (G6, R99): never guessed.
package struct InputPositionRules: Sendable {
    package var owner: StoreOwner

    package init(owner: StoreOwner) { self.owner = owner }

    /// `name`: the partition, for messages. `position`: the store's; nil: it has none.
    package func judge(_ name: String, _ found: FoundPartition, _ position: InputPosition?) -> PartitionVerdict {
        if let committed = found.committed, !owner.isAccepted {
            switch judge(name, committed, position) {
            case .goOn: break
            case let verdict: return verdict
            }
        }
        guard let position else { return .goOn }
        let next = position.nextOffset
        if next < found.low {
            return .gap(
                "\(name): records \(next) to \(found.low - 1) are gone, they were deleted before they were taken in",
                nearest: found.low)
        }
        if next > found.high {
            return .beyondEnd(
                "\(name): \(next) is the next record to take in, but the partition ends at \(found.high): the topic was "
                    + "shortened or made anew")
        }
        if let checksum = found.lastChecksum, position.lastOffset >= 0, checksum != position.lastChecksum {
            return .gap(
                "\(name): record \(position.lastOffset) is another one than the one that was taken in: the topic was made anew",
                nearest: found.low)
        }
        return .goOn
    }

    private func judge(
        _ name: String, _ committed: FoundMark, _ position: InputPosition?
    ) -> PartitionVerdict {
        if committed.writer.isEmpty {
            guard let position else { return .begin(at: committed.number) }
            guard committed.number != position.nextOffset else { return .goOn }
            return .foreign(
                "\(name): the group's offset was set to \(committed.number) by a tool, the store's position is "
                    + "\(position.nextOffset). The store decides what is read: to read again use `trade-manager replay` or a new "
                    + "store. To go on from the store's position: `trade-manager store accept owner --execute`")
        }
        if let reason = owner.refusal(of: committed.writer, what: "\(name): the group's offset \(committed.number)") {
            return .foreign(
                "\(reason). Use the store that it belongs to, or set kafka.group_id to a group of its own. Where the other one is "
                    + "gone for good: `trade-manager store accept owner --execute`")
        }
        guard committed.number > position?.nextOffset ?? 0 else { return .goOn }
        return .foreign(
            "\(name): the group's offset is \(committed.number), this store has taken in only up to "
                + "\(position?.nextOffset ?? 0): it is an older state of it, restored or copied. Use the newer one; where that is "
                + "lost: `trade-manager store accept owner --execute`")
    }
}

/// What an operator has accepted, once, for the next start (`store accept`).
package enum Acceptance: Hashable, Sendable {
    /// Offsets and marks that others wrote count no more: the store's own decide.
    case owner
    /// A gap of one partition: reading goes on at the nearest offset (R99).
    case gap(topic: String, partition: Int32)
}
