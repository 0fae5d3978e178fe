/// Where Kafka is.
package enum BootstrapServers: Hashable, Sendable, CustomStringConvertible {
    /// The broker that is started in this process.
    case embedded
    /// `host:port`, at least one.
    case servers([String])

    package var description: String {
        switch self {
        case .embedded: "embedded"
        case .servers(let servers): servers.joined(separator: ",")
        }
    }

    /// Nil if the text is neither `embedded` nor a list of `host:port`.
    init?(_ text: String) {
        if text == "embedded" {
            self = .embedded
            return
        }
        var servers: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let server = part.trimmingPrefix(" ").description
            guard let colon = server.lastIndex(of: ":") else { return nil }
            let host = server[..<colon]
            let port = server[server.index(after: colon)...]
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
            guard !host.isEmpty, isBracketed || !host.contains(where: { ":[]".contains($0) }),
                host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
                port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0
            else { return nil }
            servers.append(server)
        }
        self = .servers(servers)
    }
}
