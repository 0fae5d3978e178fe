import Support
import Testing

@testable import TradePipeline

@Suite struct LockIndexTests {
    /// Hashes that collide, wrap around at the end, and fall in one place all: the index agrees with a dictionary.
    @Test(arguments: [1, 3, 16, 1_000_000]) func agreesWithADictionary(spread: Int) {
        for seed in UInt64(1)...5 {
            var random = ContractRandom(seed: seed)
            let hashes = (0..<200).map { _ in Int(truncatingIfNeeded: random.next()) % spread - spread / 2 }
            var index = LockIndex()
            var model: [Int32: Int] = [:]
            for step in 0..<1_000 {
                let slot = Int32(random.next() % 200)
                let hash = hashes[Int(slot)]
                if model[slot] == nil {
                    index.insert(slot, hash) { hashes[Int($0)] }
                    model[slot] = hash
                } else {
                    index.remove(slot, hash) { hashes[Int($0)] }
                    model[slot] = nil
                }
                guard step % 20 == 0 else { continue }
                let wrong = (Int32(0)..<200).first { slot in
                    index.find(hashes[Int(slot)], where: { $0 == slot }) != (model[slot] == nil ? nil : slot)
                }
                guard wrong == nil, index.count == model.count else {
                    Issue.record("spread \(spread), seed \(seed): slot \(wrong ?? -1), count \(index.count)")
                    return
                }
            }
        }
    }

    @Test func whatIsNotThereIsNotRemoved() {
        var index = LockIndex()
        index.remove(1, 5) { _ in 5 }
        #expect(index.count == 0)
        index.insert(1, 5) { _ in 5 }
        index.remove(2, 5) { _ in 5 }
        #expect(index.count == 1)
        #expect(index.find(5, where: { $0 == 1 }) == 1)
    }
}
