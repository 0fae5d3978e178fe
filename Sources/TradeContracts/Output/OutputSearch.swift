package import TradeCore

/// What the bytes of a published order or skip contain that is about something: to find it without parsing the others.
///
/// Quotation marks within a string are escaped, so that no text of a value can look like a key (R90).
package enum OutputSearch {
    /// In all that goes back to an event of this id, whatever its source.
    package static func bytes(ofEvent id: String) -> [UInt8] {
        let writer = ByteWriter(capacity: 64)
        writer.append("\"event_id\":" as StaticString)
        writer.append(quoted: id)
        return writer.array
    }

    /// In all that goes back to recommendations of this id, whatever their expert and use case.
    package static func bytes(of recommendation: RecommendationID) -> [UInt8] {
        let writer = ByteWriter(capacity: 64)
        writer.append("\"recommendation_id\":" as StaticString)
        writer.append(recommendation.rawValue)
        writer.append(UInt8(ascii: ","))
        return writer.array
    }
}
