import Foundation
import Telemetry

/// The brokers that a test of the service runs on.
package enum ServiceBroker: String, CaseIterable, Sendable {
    /// The embedded broker, in the test's process.
    case embedded
    /// A real Kafka, where KAFKA_BOOTSTRAP_SERVERS names one.
    case kafka

    package static let realServers: String? = {
        let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] ?? ""
        return servers.isEmpty ? nil : servers
    }()

    /// Those that there are; the first use says so.
    package static let available: [ServiceBroker] = {
        if let realServers {
            print("Brokers of these tests: the embedded one, and Kafka at \(realServers)")
            return allCases
        }
        print("Brokers of these tests: the embedded one alone; KAFKA_BOOTSTRAP_SERVERS names no Kafka")
        return [.embedded]
    }()
}
