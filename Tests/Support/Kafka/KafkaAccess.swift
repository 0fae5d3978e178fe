#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Takes rights from everybody at a broker with an authorizer, and gives them back. By hand, because the library can't name a
/// transactional id in an access control list.
package struct KafkaAccess {
    /// What a right is for, as the protocol counts it.
    package enum Resource: UInt8, Sendable {
        case topic = 2
        case group = 3
        case transactionalID = 5
    }

    package enum Operation: UInt8, Sendable {
        case all = 2
        case read = 3
        case write = 4
    }

    package struct Refused: Error {
        package let code: Int16
    }

    private let port: UInt16

    /// `broker`: `127.0.0.1:PORT`.
    package init(broker: String) throws {
        guard let port = broker.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Loopback.Failure(what: "no port in \(broker)")
        }
        self.port = port
    }

    /// From now on nobody may do this to that, and everybody may do anything else.
    package func deny(_ operation: Operation, _ resource: Resource, _ name: String) throws {
        var bindings: [UInt8] = Self.int32(2)
        for (operation, permission) in [(Operation.all, UInt8(3)), (operation, 2)] {
            bindings += [resource.rawValue] + Self.string(name) + [3] + Self.string("User:*") + Self.string("*")
            bindings += [operation.rawValue, permission]
        }
        try ask(30, bindings)
        try wait(for: resource, name, isThere: true)
    }

    /// Forgets what was denied for it.
    package func allow(_ resource: Resource, _ name: String) throws {
        try ask(31, Self.int32(1) + filter(resource, name))
        try wait(for: resource, name, isThere: false)
    }

    /// Any principal, any host, any operation, any permission.
    private func filter(_ resource: Resource, _ name: String) -> [UInt8] {
        [resource.rawValue] + Self.string(name) + [3, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1]
    }

    /// The broker hears of it from its controller a moment later.
    private func wait(for resource: Resource, _ name: String, isThere: Bool) throws {
        let end = ContinuousClock.Instant.now + .seconds(30)
        // An empty list of resources ends the answer.
        while try (ask(29, filter(resource, name)).count > 16) != isThere {
            guard .now < end else { throw Loopback.Failure(what: "the broker does not hear of it") }
            usleep(10_000)
        }
    }

    /// Sends a request of version 1, whose answer is a throttle time and results that begin with their codes.
    @discardableResult
    private func ask(_ key: UInt8, _ body: [UInt8]) throws -> [UInt8] {
        guard let descriptor = Loopback.connect(port: port) else { throw Loopback.Failure(what: "connecting") }
        defer { _ = close(descriptor) }
        let header: [UInt8] = [0, key, 0, 1] + Self.int32(1) + Self.string("tests")
        guard Loopback.writeFrame(descriptor, header + body), let answer = Loopback.readFrame(descriptor),
            answer.count >= 14
        else { throw Loopback.Failure(what: "no answer") }
        // A description has its code first, the others that of their first result.
        let place = key == 29 ? 8 : 12
        let code = Int16(bitPattern: UInt16(answer[place]) << 8 | UInt16(answer[place + 1]))
        if code != 0 { throw Refused(code: code) }
        return answer
    }

    private static func int32(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }
}
