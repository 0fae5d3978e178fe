/// Answers of a broker with another error code than it gave, wherever one stands, in the versions that our library speaks.
enum FalseAnswer {
    /// The answer to a request of this kind with `code` in it; nil where no place for it was found.
    static func make(_ answer: [UInt8], key: Int16, version: Int16, code: Int16) -> [UInt8]? {
        var frame = WireFrame(answer)
        let isCompact = isCompact(key, version)
        // The correlation id, the header's tags, and but for Produce the throttle time.
        frame.skip(4)
        frame.skipTags(isCompact: isCompact)
        if key != 0 { frame.skip(4) }
        switch key {
        case 0:
            partitions(&frame, isCompact: false) { frame in
                frame.replace(code)
                frame.skip(version >= 5 ? 24 : 16)
            }
        case 1:
            // Its own error and the session.
            frame.skip(6)
            partitions(&frame, isCompact: false) { frame in
                frame.replace(code)
                frame.skip(24)
                frame.skip(16 * frame.count(isCompact: false))
                if version >= 11 { frame.skip(4) }
                frame.skip(frame.count(isCompact: false))
            }
        case 8, 24, 28: partitions(&frame, isCompact: isCompact) { $0.replace(code) }
        case 9:
            // The whole answer's: the last before the tags.
            frame.skip(answer.count - frame.position - (isCompact ? 3 : 2))
            frame.replace(code)
        default: frame.replace(code)
        }
        return frame.isBroken || !frame.isReplaced ? nil : frame.bytes
    }

    private static func partitions(
        _ frame: inout WireFrame, isCompact: Bool, _ rest: (inout WireFrame) -> Void
    ) {
        for _ in 0..<frame.count(isCompact: isCompact) where !frame.isBroken {
            frame.skipString(isCompact: isCompact)
            for _ in 0..<frame.count(isCompact: isCompact) where !frame.isBroken {
                frame.skip(4)
                rest(&frame)
                frame.skipTags(isCompact: isCompact)
            }
            frame.skipTags(isCompact: isCompact)
        }
    }

    static func isCompact(_ key: Int16, _ version: Int16) -> Bool {
        switch key {
        case 8: version >= 8
        case 9: version >= 6
        case 22: version >= 2
        case 24, 25, 26, 28: version >= 3
        default: false
        }
    }
}
