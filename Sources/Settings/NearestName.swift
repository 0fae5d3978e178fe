/// Finds what somebody meant who mistyped a name.
package enum NearestName {
    /// The candidate nearest to a name, if it is near enough to be meant: at most a third of the letters differ.
    package static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let name = Array(name.utf8.prefix(100))
        let limit = max(1, name.count / 3)
        let near = candidates.map { ($0, distance(name, Array($0.utf8))) }.min { $0.1 < $1.1 }
        guard let (nearest, distance) = near, distance <= limit else { return nil }
        return nearest
    }

    /// How many letters have to be inserted, removed, replaced or exchanged with their neighbor.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                var best = min(last[column + 1] + 1, current[column] + 1)
                best = min(best, last[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
