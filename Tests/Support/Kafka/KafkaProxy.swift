import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Stands between clients and one broker on loopback, and delays requests and answers: what a network does that keeps a packet. Or
/// puts errors into answers: what a broker does that is in trouble.
///
/// It changes the port in the broker's answers, so that clients come back to it, and else only what it is told to.
package final class KafkaProxy: Sendable {
    /// A request on its way to the broker.
    package struct Request: Sendable {
        /// Its kind in Kafka's protocol: 0 Produce, 24 AddPartitionsToTxn, 25 AddOffsetsToTxn, 26 EndTxn, 28 TxnOffsetCommit.
        package var key: Int16
        /// The bytes behind the header's length.
        package var frame: [UInt8]
    }

    package enum Action: Sendable {
        case pass
        /// Breaks the client's connection and keeps the request, and its way to the broker, until `release`.
        case hold
        /// Passes it on, then breaks the client's connection: the broker's answer is lost.
        case loseAnswer
        /// Passes it on, and has the answer say this error: the broker has done it.
        case falsify(code: Int16)
        /// Spoils it, so that the broker does nothing, and has the answer say this error.
        case refuse(code: Int16)
        /// Neither passes it on nor answers; the connection stays.
        case ignore
    }

    package typealias Rule = @Sendable (Request) -> Action

    private struct Held {
        var frame: [UInt8]
        var connection: Connection
    }

    private struct State {
        var rule: Rule = { _ in .pass }
        /// Seconds that each answer takes longer.
        var delay: ClosedRange<Double>?
        var held: [Held] = []
        /// Open descriptors, closed at the end.
        var descriptors: Set<Int32> = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let listener: Int32
    package let port: UInt16
    private let brokerPort: UInt16

    package var bootstrapServers: String { "127.0.0.1:\(port)" }

    /// In front of `127.0.0.1:PORT`.
    package init(broker: String) throws {
        guard let port = broker.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Loopback.Failure(what: "no port in \(broker)")
        }
        brokerPort = port
        (listener, self.port) = try Loopback.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// What is done with each request from now on; called by the thread of its connection, which it may hold up.
    package func setRule(_ rule: @escaping Rule) { state.withLock { $0.rule = rule } }

    /// From now on every answer comes so many seconds later, one after the other on each connection.
    package func setDelay(_ seconds: ClosedRange<Double>?) { state.withLock { $0.delay = seconds } }

    package var heldCount: Int { state.withLock { $0.held.count } }

    /// Sends what is held to the broker, and waits for its answers: the error codes of EndTxn's, −1 where none came.
    @discardableResult
    package func release() -> [Int16] {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        return held.map { held in
            defer { shutdown(held.connection.broker, Int32(SHUT_RDWR)) }
            guard Loopback.writeFrame(held.connection.broker, held.frame),
                held.connection.hasAnswer.wait(timeout: .now() + 5) == .success
            else { return -1 }
            return held.connection.code.withLock { $0 }
        }
    }

    /// Breaks every connection and takes no more.
    package func close() {
        let all = state.withLock { state in
            state.isClosed = true
            // It may hold this proxy.
            state.rule = { _ in .pass }
            defer { state.held = [] }
            return Array(state.descriptors)
        }
        for descriptor in all + [listener] { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    // MARK: Connections

    private func accept() {
        while true {
            #if canImport(Glibc)
                let client = Glibc.accept(listener, nil, nil)
            #else
                let client = Darwin.accept(listener, nil, nil)
            #endif
            guard client >= 0, !state.withLock({ $0.isClosed }) else { break }
            guard let broker = Loopback.connect(port: brokerPort) else {
                close(client)
                continue
            }
            state.withLock { $0.descriptors.formUnion([client, broker]) }
            let connection = Connection(client: client, broker: broker)
            Thread.detachNewThread { [self] in forwardRequests(connection) }
            Thread.detachNewThread { [self] in forwardAnswers(connection) }
        }
        close(listener)
    }

    /// Both ends; closed when both threads are through.
    private final class Connection: Sendable {
        let client: Int32
        let broker: Int32
        let isHeld = Atomic<Bool>(false)
        /// Answers to be falsified, by the correlation id of their request.
        let falsified = Mutex<[UInt32: (key: Int16, version: Int16, code: Int16)]>([:])
        let ends = Atomic<Int>(0)
        /// The answer to what was held.
        let code = Mutex<Int16>(-1)
        let hasAnswer = DispatchSemaphore(value: 0)

        init(client: Int32, broker: Int32) {
            self.client = client
            self.broker = broker
        }

        func falsify(_ request: [UInt8], _ code: Int16) {
            var frame = WireFrame(request)
            let key = Int16(truncatingIfNeeded: frame.integer(2))
            let version = Int16(truncatingIfNeeded: frame.integer(2))
            let id = UInt32(truncatingIfNeeded: frame.integer(4))
            falsified.withLock { $0[id] = (key, version, code) }
        }

        /// The answer, with the error that it is to say.
        func answer(_ frame: [UInt8]) -> [UInt8] {
            var reader = WireFrame(frame)
            let id = UInt32(truncatingIfNeeded: reader.integer(4))
            guard let (key, version, code) = falsified.withLock({ $0.removeValue(forKey: id) }) else { return frame }
            if let answer = FalseAnswer.make(frame, key: key, version: version, code: code) { return answer }
            print("An answer of kind \(key), version \(version), is not understood: \(frame)")
            return frame
        }
    }

    private func forwardRequests(_ connection: Connection) {
        defer { end(connection) }
        while let frame = Loopback.readFrame(connection.client), frame.count >= 8 {
            let key = Int16(bitPattern: UInt16(frame[0]) << 8 | UInt16(frame[1]))
            let rule = state.withLock { $0.rule }
            switch rule(Request(key: key, frame: frame)) {
            case .pass:
                guard Loopback.writeFrame(connection.broker, frame) else { return }
            case .falsify(let code):
                connection.falsify(frame, code)
                guard Loopback.writeFrame(connection.broker, frame) else { return }
            case .refuse(let code):
                connection.falsify(frame, code)
                guard Loopback.writeFrame(connection.broker, SpoiledRequest.make(frame) ?? frame) else { return }
            case .loseAnswer:
                shutdown(connection.client, Int32(SHUT_RDWR))
                Loopback.writeFrame(connection.broker, frame)
                return
            case .ignore: continue
            case .hold:
                connection.isHeld.store(true, ordering: .sequentiallyConsistent)
                state.withLock { $0.held.append(Held(frame: frame, connection: connection)) }
                shutdown(connection.client, Int32(SHUT_RDWR))
                return
            }
        }
    }

    private func forwardAnswers(_ connection: Connection) {
        defer { end(connection) }
        while let frame = Loopback.readFrame(connection.broker) {
            guard connection.isHeld.load(ordering: .sequentiallyConsistent) else {
                if let delay = state.withLock({ $0.delay }) { Thread.sleep(forTimeInterval: .random(in: delay)) }
                guard Loopback.writeFrame(connection.client, connection.answer(rewritten(frame))) else { return }
                continue
            }
            // Correlation id and throttle time come before the code.
            guard frame.count >= 10 else { return }
            connection.code.withLock { $0 = Int16(bitPattern: UInt16(frame[8]) << 8 | UInt16(frame[9])) }
            connection.hasAnswer.signal()
        }
    }

    private func end(_ connection: Connection) {
        shutdown(connection.client, Int32(SHUT_RDWR))
        if !connection.isHeld.load(ordering: .sequentiallyConsistent) {
            shutdown(connection.broker, Int32(SHUT_RDWR))
        }
        guard connection.ends.add(1, ordering: .sequentiallyConsistent).newValue == 2 else { return }
        state.withLock { $0.descriptors.subtract([connection.client, connection.broker]) }
        close(connection.client)
        close(connection.broker)
    }

    private func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    /// The proxy's port in place of the broker's, wherever its address stands.
    private func rewritten(_ frame: [UInt8]) -> [UInt8] {
        var pattern = Array("127.0.0.1".utf8)
        pattern += [0, 0, UInt8(brokerPort >> 8), UInt8(brokerPort & 255)]
        guard frame.count >= pattern.count else { return frame }
        var result = frame
        for start in 0...(frame.count - pattern.count) where frame[start] == pattern[0] {
            guard frame[start..<(start + pattern.count)].elementsEqual(pattern) else { continue }
            result[start + pattern.count - 2] = UInt8(port >> 8)
            result[start + pattern.count - 1] = UInt8(port & 255)
        }
        return result
    }
}
