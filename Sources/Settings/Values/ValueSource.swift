/// Where the value of a setting came from.
package enum ValueSource: Hashable, Sendable, CustomStringConvertible {
    case builtIn
    /// The path as given, and the line counted from 1.
    case file(String, line: Int)
    case environment(String)
    case flag(String)

    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): name
        case .flag(let name): name
        }
    }
}
