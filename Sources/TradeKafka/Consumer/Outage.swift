/// Whether a broker can be reached, told once at its beginning and once at its end. Pure.
struct Outage {
    private let servers: String
    private var lastCause = ""
    private(set) var isOn = false

    init(servers: String) { self.servers = servers }

    /// A connection failed.
    mutating func connectionFailed(_ text: String) { lastCause = text }

    /// No broker is left; the text to tell, nil while it is known.
    mutating func begin() -> String? {
        guard !isOn else { return nil }
        isOn = true
        let cause = lastCause.isEmpty ? "" : " (\(lastCause))"
        return "no Kafka broker of \(servers) can be reached\(cause); trying on"
    }

    /// A broker answers; the text to tell, nil where there was no outage.
    mutating func end() -> String? {
        guard isOn else { return nil }
        isOn = false
        lastCause = ""
        return "a Kafka broker of \(servers) answers again"
    }
}
