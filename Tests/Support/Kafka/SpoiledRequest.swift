/// Requests that a broker answers without doing what they ask for.
enum SpoiledRequest {
    /// Nil for requests that change nothing, or that nobody here can spoil.
    static func make(_ request: [UInt8]) -> [UInt8]? {
        var frame = WireFrame(request)
        let key = Int16(truncatingIfNeeded: frame.integer(2))
        let version = Int16(truncatingIfNeeded: frame.integer(2))
        let isCompact = FalseAnswer.isCompact(key, version)
        frame.skip(4)
        frame.skipString(isCompact: false)
        frame.skipTags(isCompact: isCompact)
        switch key {
        case 0:
            // The last byte of the records: their checksum is wrong.
            guard let last = request.last else { return nil }
            frame.replace(at: request.count - 1, with: ~last)
            return frame.bytes
        case 8:
            // A generation that the group never had.
            frame.skipString(isCompact: isCompact)
        case 22:
            // A timeout of weeks.
            frame.skipString(isCompact: isCompact)
        case 24, 25, 26:
            // A producer that nobody is.
            frame.skipString(isCompact: isCompact)
        case 28:
            // A generation of a group that has none, behind transaction, group, producer and epoch.
            frame.skipString(isCompact: isCompact)
            frame.skipString(isCompact: isCompact)
            frame.skip(10)
        default: return nil
        }
        guard !frame.isBroken else { return nil }
        frame.replace(at: frame.position, with: 0x7E)
        return frame.bytes
    }
}
