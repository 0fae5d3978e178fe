/// The whole configuration, with the defaults for a laptop (design §7).
///
/// Each property wrapped in `Sourced` is one setting; `SettingTable` gives it its key, its range and its words.
package struct Configuration: Sendable {
    /// How often an output record may be published.
    package enum Delivery: String, CaseIterable, Sendable {
        case exactlyOnce = "exactly_once"
        case atLeastOnce = "at_least_once"
    }

    /// What tells the time of a pass (R22).
    package enum Clock: String, CaseIterable, Sendable {
        /// The computer's, so that advice that waited out an outage is stale.
        case wall
        /// The event's.
        case event
    }

    package var kafka = KafkaSettings()
    package var store = StoreSettings()
    package var locks = LockSettings()
    package var workers = WorkerSettings()
    package var retry = RetrySettings()
    package var orders = OrderSettings()
    package var outputs = OutputSettings()
    @Sourced package var delivery: Delivery = .exactlyOnce
    @Sourced package var clock: Clock = .wall
    package var reference = ReferenceSettings()
    package var http = HTTPSettings()
    package var shutdown = ShutdownSettings()
    package var log = LogSettings()

    package init() {}
}

extension Configuration: CustomStringConvertible {
    /// Every setting with its value and where that came from, a line each; secrets are not shown.
    package var description: String {
        let settings = SettingTable.all.filter { $0.target == $0.key }
        return settings.map { "\($0.key): \($0.text(self))  # \($0.source(self))" }.joined(separator: "\n")
    }
}
