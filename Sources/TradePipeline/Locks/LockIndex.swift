/// Finds the slot of a key: a hash table of slot numbers, whose keys stand in the slots. Four bytes a place, and at least a quarter
/// of the places free.
///
/// Open addressing with linear probing; a removal moves back what it leaves behind, so that there are no graves.
struct LockIndex {
    private static let empty: Int32 = -1

    private(set) var count = 0
    private var places: [Int32] = Array(repeating: LockIndex.empty, count: 16)

    /// The slot with this hash that is the one, nil where there is none.
    func find(_ hash: Int, where isIt: (Int32) -> Bool) -> Int32? {
        var place = hash & mask
        while places[place] != LockIndex.empty {
            if isIt(places[place]) { return places[place] }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Adds a slot that is not there. `hashOf`: of a slot that is.
    mutating func insert(_ slot: Int32, _ hash: Int, hashOf: (Int32) -> Int) {
        if count >= places.count / 4 * 3 { grow(hashOf) }
        put(slot, hash)
        count += 1
    }

    /// Removes a slot; `hashOf` still knows its hash.
    mutating func remove(_ slot: Int32, _ hash: Int, hashOf: (Int32) -> Int) {
        var hole = hash & mask
        while places[hole] != slot {
            if places[hole] == LockIndex.empty { return }
            hole = (hole + 1) & mask
        }
        count -= 1
        var next = (hole + 1) & mask
        while places[next] != LockIndex.empty {
            // It may move back unless it stands between where it belongs and here already.
            let home = hashOf(places[next]) & mask
            if (next - home) & mask >= (next - hole) & mask {
                places[hole] = places[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        places[hole] = LockIndex.empty
    }

    private var mask: Int { places.count - 1 }

    private mutating func put(_ slot: Int32, _ hash: Int) {
        var place = hash & mask
        while places[place] != LockIndex.empty { place = (place + 1) & mask }
        places[place] = slot
    }

    private mutating func grow(_ hashOf: (Int32) -> Int) {
        let before = places
        places = Array(repeating: LockIndex.empty, count: before.count * 2)
        for slot in before where slot != LockIndex.empty { put(slot, hashOf(slot)) }
    }
}
