import CSystem
import Foundation
import TradePipeline

/// The socket beside the store through which commands reach the process that holds it (G10): `<store>.sock`, for the same user
/// only. One connection after the other, on a thread of its own.
final class ControlServer: Sendable {
    typealias Handler = @Sendable (ControlRequest) -> ControlAnswer

    private let listener: Int32
    /// A byte in it ends the thread.
    private let stopReader: Int32
    private let stopWriter: Int32
    private let thread: OwnedThread

    static func path(ofStore store: String) -> String { store + ".sock" }

    /// Whoever listens at the path is gone: the caller holds the store.
    init(path: String, handler: @escaping Handler) throws {
        let descriptor = csystem_unix_listen(path)
        guard descriptor >= 0 else { throw ControlFailure("\(path): \(String(cString: strerror(-descriptor)))") }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw ControlFailure("no pipe: \(reason)")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reader = ends[0]
        listener = descriptor
        stopReader = reader
        stopWriter = ends[1]
        thread = OwnedThread(name: "control") { ControlServer.serve(descriptor, until: reader, handler) }
    }

    /// Ends the thread; the file stays, as the store's other files do, and says nothing without its listener.
    func stop() {
        var byte: UInt8 = 0
        _ = write(stopWriter, &byte, 1)
        _ = thread.join(until: nil)
    }

    deinit { for descriptor in [listener, stopReader, stopWriter] { close(descriptor) } }

    private static func serve(_ listener: Int32, until stop: Int32, _ handler: Handler) {
        while true {
            var polled = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&polled, 2, -1)
            if count < 0, errno == EINTR { continue }
            guard count > 0, polled[1].revents == 0 else { return }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            answer(ControlStream(descriptor: connection, patience: 2), handler)
        }
    }

    private static func answer(_ stream: ControlStream, _ handler: Handler) {
        guard let line = stream.readLine() else { return }
        let answer: ControlAnswer
        do {
            answer = handler(try ControlLine.decode(line))
        } catch {
            answer = ControlAnswer(outcome: .refused, message: "the request can't be read: \(error)")
        }
        if let bytes = try? ControlLine.encode(answer) { _ = stream.write(bytes) }
    }
}

/// Why a command does not reach the service.
struct ControlFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
