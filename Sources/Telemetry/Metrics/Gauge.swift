import Synchronization

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let number = AtomicDouble()

    init() {}

    package var value: Double { number.value }

    package func set(_ value: Double) {
        number.set(value)
    }

    package func add(_ amount: Double) {
        number.add(amount)
    }
}

/// A floating-point number that several threads change.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var before = bits.load(ordering: .relaxed)
        while true {
            let after = (Double(bitPattern: before) + amount).bitPattern
            let (exchanged, original) = bits.compareExchange(expected: before, desired: after, ordering: .relaxed)
            if exchanged { return }
            before = original
        }
    }
}
