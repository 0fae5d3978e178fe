import CRdkafka
import Foundation
import Synchronization
import Telemetry

@testable import TradeKafka

/// Stands between one client and a broker of one node, and delays an EndTxn until after its retry: what a broken connection and a
/// slow network can do (KAFKA-17754).
///
/// An armed proxy keeps the next EndTxn and breaks its connection, so that the client sends it again. The kept one goes to the broker
/// in the midst of what follows.
final class LateEndProxy: Sendable {
    private static let endTransaction: Int16 = 26

    /// Before which request after the retry the kept one goes to the broker.
    enum Moment: CaseIterable {
        /// Between two requests with rows: the partition leaves the transaction, the next rows are refused, and all come again.
        case secondProduce
        case addPartitions
        case addOffsets
        case offsetCommit
        case newProducer

        var request: (key: Int16, count: Int) {
            switch self {
            case .secondProduce: (0, 2)
            case .addPartitions: (24, 1)
            case .addOffsets: (25, 1)
            case .offsetCommit: (28, 1)
            case .newProducer: (22, 1)
            }
        }
    }

    private struct State {
        var isArmed = false
        var held: [UInt8]?
        /// The retry has passed, so the kept one is late.
        var isLate = false
        var moment = Moment.secondProduce
        var count = 0
        var released = 0
        var isOpen = true
    }

    private let state = Lock(State())
    private let listener: Int32
    private let broker: UInt16
    let port: UInt16

    /// `broker`: the port of the broker on loopback.
    init(broker: UInt16) throws {
        self.broker = broker
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = LateEndProxy.loopback(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(listener, pointer, size) == 0, listen(listener, 64) == 0 else { return false }
                return getsockname(listener, pointer, &size) == 0
            }
        }
        guard bound else { throw ProxyError(text: String(cString: strerror(errno))) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    struct ProxyError: Error {
        let text: String
    }

    /// The next EndTxn is kept, unless one is on its way to come late.
    func arm(_ moment: Moment) {
        state.withLock { state in
            if state.isLate, state.held != nil { return }
            state.isArmed = true
            state.held = nil
            state.isLate = false
            state.moment = moment
            state.count = 0
        }
    }

    /// How many late ones the broker was given.
    var released: Int { state.withLock { $0.released } }

    func close() {
        state.withLock { $0.isOpen = false }
        shutdown(listener, Int32(SHUT_RDWR))
        _ = Glibc.close(listener)
    }

    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func connected(to port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port)
        let done = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if done { return descriptor }
        _ = Glibc.close(descriptor)
        return nil
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            guard let server = LateEndProxy.connected(to: broker) else {
                _ = Glibc.close(client)
                continue
            }
            let pair = Pair(client: client, server: server)
            Thread.detachNewThread { [self] in requests(pair) }
            Thread.detachNewThread { LateEndProxy.responses(pair) }
        }
    }

    /// Two ends of a connection; whoever of its two threads ends second frees them.
    private final class Pair: Sendable {
        let client: Int32
        let server: Int32
        private let ended = Atomic<Int>(0)

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
        }

        func end() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
            guard ended.add(1, ordering: .acquiringAndReleasing).newValue == 2 else { return }
            _ = Glibc.close(client)
            _ = Glibc.close(server)
        }
    }

    private func requests(_ pair: Pair) {
        defer { pair.end() }
        while let frame = LateEndProxy.readFrame(pair.client) {
            let key = Int16(frame[4]) << 8 | Int16(frame[5])
            var late: [UInt8]?
            var breaks = false
            state.withLock { state in
                if key == LateEndProxy.endTransaction, state.isArmed {
                    state.isArmed = false
                    state.held = frame
                    breaks = true
                } else if key == LateEndProxy.endTransaction, state.held != nil {
                    state.isLate = true
                } else if key == state.moment.request.key, state.isLate, let held = state.held {
                    state.count += 1
                    guard state.count == state.moment.request.count else { return }
                    late = held
                    state.held = nil
                    state.released += 1
                }
            }
            if breaks { return }
            if let late { send(late: late) }
            guard LateEndProxy.write(frame, to: pair.server) else { return }
        }
    }

    /// Waits for the broker's answer, so that it has acted by then.
    private func send(late frame: [UInt8]) {
        guard let server = LateEndProxy.connected(to: broker) else { return }
        defer { _ = Glibc.close(server) }
        if LateEndProxy.write(frame, to: server) { _ = LateEndProxy.readFrame(server) }
    }

    private static func responses(_ pair: Pair) {
        defer { pair.end() }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(pair.server, &buffer, buffer.count)
            guard count > 0, write(Array(buffer[..<count]), to: pair.client) else { return }
        }
    }

    /// A request or an answer with its four bytes of length; nil at the end of the connection.
    private static func readFrame(_ descriptor: Int32) -> [UInt8]? {
        guard let head = read(4, from: descriptor) else { return nil }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        guard length >= 2, length < 100_000_000, let body = read(length, from: descriptor) else { return nil }
        return head + body
    }

    private static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let taken = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            guard taken > 0 else { return nil }
            filled += taken
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    // MARK: - The client's side

    private static let target = Atomic<UInt16>(0)

    /// Runs `body`; the clients that it makes connect to the proxy, whatever address the broker gives them.
    func redirecting<Result>(_ body: () throws -> Result) rethrows -> Result {
        LateEndProxy.target.store(port, ordering: .sequentiallyConsistent)
        return try ClientProperties.$adjust.withValue(
            { conf in
                rd_kafka_conf_set_connect_cb(conf) { descriptor, _, _, _, _ in
                    var address = LateEndProxy.loopback(LateEndProxy.target.load(ordering: .sequentiallyConsistent))
                    return withUnsafePointer(to: &address) { pointer in
                        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            let done = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                            return done == 0 || errno == EINPROGRESS ? 0 : errno
                        }
                    }
                }
            }, operation: body)
    }
}
