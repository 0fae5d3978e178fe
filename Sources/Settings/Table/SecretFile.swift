/// Reads a secret that stands alone in a file.
enum SecretFile {
    private static let byteLimit = 64 << 10

    /// The text of the file without the newline at its end.
    static func read(_ path: ConfiguredPath, _ context: SettingContext) throws(SettingMistake) -> Secret {
        let bytes: [UInt8]
        do {
            bytes = try context.read(path.path, byteLimit)
        } catch {
            throw SettingMistake(message: "can't read \(path): \(error.reason)")
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw SettingMistake(message: "\(path) is not UTF-8")
        }
        if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
        guard !text.isEmpty else { throw SettingMistake(message: "\(path) is empty") }
        return Secret(text)
    }
}
