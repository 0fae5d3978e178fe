import TradeContracts
import TradeKafka

/// Sends dead letters in again, or says what it would send, batch by batch: what is remembered follows the acknowledgement of what
/// was sent before it, so that a crash between the two leads to a repeat and to no gap.
final class Redrive {
    /// What was done, or would be.
    struct Counts: Equatable {
        var sent = 0
        var left = 0
        var notSelected = 0
        var doneBefore = 0
    }

    /// Sends records, and returns once the broker has them.
    typealias Send = ([KafkaPublisher.Message]) throws -> Void
    /// Remembers how far partitions are worked off, durably.
    typealias Remember = ([Int32: RedrivePosition]) throws -> Void

    private static let batch = 500

    private let rules: RedriveRules
    /// Where the range begins.
    private let start: RecordRange.Start
    private let say: (String) -> Void
    private var positions: [Int32: RedrivePosition]
    private var waiting: [KafkaPublisher.Message] = []
    private(set) var counts = Counts()
    /// Partitions of which the range began behind what is worked off: nothing of them was remembered.
    private(set) var notRemembered: Set<Int32> = []

    init(
        rules: RedriveRules, positions: [Int32: RedrivePosition], start: RecordRange.Start,
        say: @escaping (String) -> Void
    ) {
        self.rules = rules
        self.positions = positions
        self.start = start
        self.say = say
    }

    /// Takes the next dead letter. True: it is time to `flush`.
    func take(_ letter: EnvelopeRecord) -> Bool {
        let line = DeadLetterLine(letter)
        switch rules.decide(letter) {
        case .notSelected: counts.notSelected += 1
        case _ where goesOn && isDone(letter, line): counts.doneBefore += 1
        case .leave(let reason):
            counts.left += 1
            say("leave \(line.text); \(reason)")
        case .send(let topic, let headers, _):
            counts.sent += 1
            say("send \(line.text)")
            waiting.append(
                KafkaPublisher.Message(
                    topic: topic, record: OutgoingRecord(key: letter.key, value: letter.value, headers: headers)))
        }
        return waiting.count >= Redrive.batch
    }

    /// Whether the range begins where the last redrive ended: then what is worked off further on is passed over.
    private var goesOn: Bool { if case .positions = start { true } else { false } }

    /// Whether nothing lies between what is worked off and the range: not even what retention has taken meanwhile.
    private var isSeamless: Bool { goesOn || start == .beginning }

    private func isDone(_ letter: EnvelopeRecord, _ line: DeadLetterLine) -> Bool {
        guard let reason = line.headers?.reason, let position = positions[letter.partition] else { return false }
        return position.covers(letter.offset, reason: reason)
    }

    /// Sends what waits, then remembers how far the range is read.
    func flush(_ extents: [RangeExtent], send: Send, remember: Remember) throws {
        if !waiting.isEmpty { try send(waiting) }
        waiting.removeAll(keepingCapacity: true)
        var changed: [Int32: RedrivePosition] = [:]
        for extent in extents where extent.next > extent.start {
            let number = extent.partition.partition
            let before = positions[number]
            var position = before ?? RedrivePosition(offset: 0)
            if !position.advance(from: isSeamless ? 0 : extent.start, to: extent.next, reasons: rules.reasons) {
                notRemembered.insert(number)
            }
            guard position != before ?? RedrivePosition(offset: 0) else { continue }
            positions[number] = position
            changed[number] = position
        }
        if !changed.isEmpty { try remember(changed) }
    }
}
