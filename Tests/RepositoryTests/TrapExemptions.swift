/// The traps that may stand in `Sources/`, each with its reason.
enum TrapExemptions {
    struct Exemption: Hashable {
        /// The file.
        var path: String
        /// The line's code, without the space around it.
        var code: String
        /// Why nothing from the network, the store or the configuration can reach it.
        var reason: String
    }

    static let all: [Exemption] = []
}
