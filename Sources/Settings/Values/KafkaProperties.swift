/// Properties of librdkafka, as they are handed to it, by name.
package struct KafkaProperties: Hashable, Sendable, CustomStringConvertible {
    package var values: [String: String] = [:]

    package init(_ values: [String: String] = [:]) {
        self.values = values
    }

    /// Refused, with what to do instead: guarantees hang on them, or a setting of its own sets them (design §7).
    package static let refused: [String: String] = {
        var refused: [String: String] = [
            "bootstrap.servers": "set kafka.bootstrap_servers", "metadata.broker.list": "set kafka.bootstrap_servers",
            "client.id": "set kafka.client_id", "group.id": "set kafka.group_id",
            "transactional.id": "set kafka.relay_id", "auto.offset.reset": "set kafka.start",
            "isolation.level": "only committed records are read",
        ]
        for name in [
            "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "enable.idempotence",
            "group.instance.id", "transaction.timeout.ms",
        ] {
            refused[name] = "the service sets it, nothing would be safe otherwise"
        }
        return refused
    }()

    /// Whether the value of a property is never shown. These may also be given as `NAME_file`.
    package static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "token", ".pem", "jaas", "credential"].contains { name.contains($0) }
    }

    /// As a YAML flow map, by name, without secrets.
    package var description: String {
        let pairs = values.sorted { $0.key < $1.key }.map { name, value in
            "\(name): \(Self.isSecret(name) ? "(secret)" : value)"
        }
        return "{" + pairs.joined(separator: ", ") + "}"
    }
}

extension KafkaProperties: CustomReflectable {
    package var customMirror: Mirror { Mirror(reflecting: description) }
}
