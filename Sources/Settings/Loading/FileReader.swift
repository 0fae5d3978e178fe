import Foundation

/// Why a file can't be read, in words.
package struct FileFailure: Error, Hashable, Sendable {
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }
}

/// Reads whole files of bounded size.
package enum FileReader {
    /// The bytes of a file (or of a pipe, as `/dev/stdin`), refused if there are more than `limit`.
    package static let read: ConfigurationLoader.ReadFile = { path, limit throws(FileFailure) in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(reason: errorText()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileFailure(reason: errorText())
            }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { throw FileFailure(reason: "has more than \(limit) bytes") }
        }
    }

    private static func errorText() -> String {
        String(cString: strerror(errno))
    }
}
