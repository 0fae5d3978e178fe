import CSystem
import Foundation

/// The commands' side of the control socket.
enum ControlClient {
    /// Nil where nobody listens: no service holds the store, or it has not come so far.
    static func send(_ request: ControlRequest, to path: String, patience: Double) throws -> ControlAnswer? {
        signal(SIGPIPE, SIG_IGN)
        let descriptor = csystem_unix_connect(path)
        if descriptor == -ENOENT || descriptor == -ECONNREFUSED { return nil }
        guard descriptor >= 0 else { throw ControlFailure("\(path): \(String(cString: strerror(-descriptor)))") }
        let stream = ControlStream(descriptor: descriptor, patience: patience)
        // A service that ends meanwhile has not answered: it is asked again, or what takes its place.
        guard stream.write(try ControlLine.encode(request)), let line = stream.readLine() else {
            return ControlAnswer(outcome: .stopping)
        }
        return try ControlLine.decode(line)
    }
}
