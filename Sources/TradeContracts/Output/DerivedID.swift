import CCrypto
package import TradeCore

/// Ids derived from what they identify, so that the same input has the same ids (R81): UUIDv5 of RFC 9562.
package enum DerivedID {
    /// UUIDv5 of the URL namespace and `urn:trade-manager`.
    package static let namespace = UniqueID(high: 0xEC05_446E_8850_545E, low: 0xB393_01CF_1C20_DAA4)

    /// The id of the position that a recommendation opens: a *transaction* on the wire.
    package static func position(expert: ExpertID, recommendation: RecommendationID) -> UniqueID {
        position(expert: expert, recommendation: recommendation, name: ByteWriter(capacity: 64))
    }

    /// `name`: takes the id's name.
    private static func position(
        expert: ExpertID, recommendation: RecommendationID, name: ByteWriter
    ) -> UniqueID {
        name.removeAll()
        name.append("transaction/" as StaticString)
        name.append(expert.rawValue)
        name.append(UInt8(ascii: "/"))
        name.append(recommendation.rawValue)
        return version5(namespace, name.bytes)
    }

    /// The ids that the orders of one recommendation would have, and that of the position of the entry's recommendation.
    package static func candidate(
        expert: ExpertID, useCase: UseCase, entryRecommendation: RecommendationID, recommendation: RecommendationID
    ) -> CandidateIDs {
        let name = ByteWriter(capacity: 128)
        name.append("order/" as StaticString)
        name.append(expert.rawValue)
        name.append(UInt8(ascii: "/"))
        name.append(useCase.rawValue)
        name.append(UInt8(ascii: "/"))
        name.append(entryRecommendation.rawValue)
        name.append(UInt8(ascii: "/"))
        name.append(recommendation.rawValue)
        name.append(UInt8(ascii: "/"))
        let prefix = name.count
        let orders = OrderRole.allCases.map { role in
            name.truncate(to: prefix)
            name.append(role.rawValue)
            return version5(namespace, name.bytes)
        }
        return CandidateIDs(
            position: position(expert: expert, recommendation: entryRecommendation, name: name), orders: orders)
    }

    /// The id of a skip; `topic` is the name of the input topic of the event.
    package static func skip(
        topic: String, partition: Int32, offset: Int64, eventID: String, recommendation: RecommendationID?,
        reason: SkipReason
    ) -> UniqueID {
        let name = self.name("skip/", topic: topic, partition: partition, offset: offset)
        name.append(eventID)
        name.append(UInt8(ascii: "/"))
        if let recommendation { name.append(recommendation.rawValue) } else { name.append(UInt8(ascii: "-")) }
        name.append(UInt8(ascii: "/"))
        name.append(reason.rawValue)
        return version5(namespace, name.bytes)
    }

    /// What a dead letter is known by: it has no id of its own, but a record leads to one only.
    package static func deadLetter(topic: String, partition: Int32, offset: Int64, reason: String) -> UniqueID {
        let name = self.name("dead-letter/", topic: topic, partition: partition, offset: offset)
        name.append(reason)
        return version5(namespace, name.bytes)
    }

    /// The beginning of a name that is made of where an input record stands.
    private static func name(_ kind: StaticString, topic: String, partition: Int32, offset: Int64) -> ByteWriter {
        let name = ByteWriter(capacity: 256)
        name.append(kind)
        name.append(topic)
        name.append(UInt8(ascii: "/"))
        name.append(Int64(partition))
        name.append(UInt8(ascii: "/"))
        name.append(offset)
        name.append(UInt8(ascii: "/"))
        return name
    }

    /// UUIDv5 (RFC 9562, section 5.5) of a name in a namespace.
    static func version5(_ namespace: UniqueID, _ name: UnsafeRawBufferPointer) -> UniqueID {
        var space = (namespace.high.bigEndian, namespace.low.bigEndian)
        var digest: (UInt64, UInt64, UInt32) = (0, 0, 0)
        withUnsafeBytes(of: &space) { space in
            withUnsafeMutableBytes(of: &digest) { digest in
                ccrypto_sha1(
                    space.baseAddress, space.count, name.baseAddress, name.count,
                    digest.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        return UniqueID(
            high: UInt64(bigEndian: digest.0) & 0xFFFF_FFFF_FFFF_0FFF | 0x5000,
            low: UInt64(bigEndian: digest.1) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }
}
