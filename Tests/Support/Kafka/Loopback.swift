#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Blocking TCP on 127.0.0.1.
enum Loopback {
    struct Failure: Error { var what: String }

    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif

    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, stream, 0)
        var address = self.address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isReady = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && Self.listen(descriptor) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard descriptor >= 0, isReady else { throw Failure(what: "listening on 127.0.0.1: errno \(errno)") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func listen(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.listen(descriptor, 64)
        #else
            Darwin.listen(descriptor, 64)
        #endif
    }

    /// Nil where nobody listens there.
    static func connect(port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { return nil }
        var address = self.address(port: port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                #if canImport(Glibc)
                    Glibc.connect(descriptor, pointer, size)
                #else
                    Darwin.connect(descriptor, pointer, size)
                #endif
            }
        }
        var isOn: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    /// A frame of Kafka's protocol without its length; nil at the connection's end.
    static func readFrame(_ descriptor: Int32) -> [UInt8]? {
        guard let length = read(descriptor, count: 4) else { return nil }
        let count = length.reduce(0) { $0 << 8 | Int($1) }
        return count <= 100 << 20 ? read(descriptor, count: count) : nil
    }

    /// False where the connection is gone.
    @discardableResult
    static func writeFrame(_ descriptor: Int32, _ frame: [UInt8]) -> Bool {
        var bytes = (0..<4).map { UInt8(truncatingIfNeeded: frame.count >> (24 - 8 * $0)) }
        bytes += frame
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                guard let start = buffer.baseAddress else { return -1 }
                #if canImport(Glibc)
                    return send(descriptor, start + done, buffer.count - done, Int32(MSG_NOSIGNAL))
                #else
                    return send(descriptor, start + done, buffer.count - done, 0)
                #endif
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    private static func read(_ descriptor: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let taken = bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return -1 }
                return recv(descriptor, start + done, count - done, 0)
            }
            guard taken > 0 else { return nil }
            done += taken
        }
        return bytes
    }
}
