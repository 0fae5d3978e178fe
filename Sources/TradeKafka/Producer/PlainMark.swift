import TradePipeline

/// The relay's mark of a producer without transactions: written when it is opened, when it is asked for, and at the end.
final class PlainMark {
    private let configuration: KafkaConfiguration
    private let relay: RelayIdentity
    /// What Kafka holds; nil: not opened.
    private var written: Int64?
    private var published: Int64 = 0

    /// Seconds that reading or writing it may take.
    private static let patience = 10.0

    init(_ configuration: KafkaConfiguration, relay: RelayIdentity) {
        self.configuration = configuration
        self.relay = relay
    }

    var isOpen: Bool { written != nil }

    /// Reads it, judges whose it is, and writes the higher one with this store's name.
    func open(_ opening: SinkOpening, isStopping: @escaping () -> Bool) -> SinkOpened {
        written = nil
        var patience = Patience(seconds: Self.patience, isStopping: isStopping)
        do throws(KafkaError) {
            let found = try KafkaRelayMark.read(
                configuration, relayID: relay.relayID, readCommitted: false, &patience)
            let judged = relay.rules.judge(found, opening)
            guard case .opened(let mark) = judged else { return judged }
            try write(mark, &patience)
            published = mark
            return judged
        } catch {
            return .unavailable(reason: error.description)
        }
    }

    /// Writes it again; why it could not, else nil.
    func write(_ number: Int64, isStopping: @escaping () -> Bool) -> String? {
        var patience = Patience(seconds: Self.patience, isStopping: isStopping)
        do throws(KafkaError) {
            try write(number, &patience)
            return nil
        } catch {
            return error.description
        }
    }

    /// Rows up to this number are published.
    func advance(to number: Int64) { published = max(published, number) }

    /// Writes it for the last time, where it has advanced. A failure costs nothing: the store's mark is enough.
    func close(within seconds: Double) {
        guard let written, published > written else { return }
        var patience = Patience(seconds: seconds)
        try? write(published, &patience)
    }

    private func write(_ number: Int64, _ patience: inout Patience) throws(KafkaError) {
        let mark = FoundMark(number: number, writer: relay.owner.identity.text)
        try KafkaRelayMark.write(mark, configuration, relayID: relay.relayID, &patience)
        written = number
    }
}
