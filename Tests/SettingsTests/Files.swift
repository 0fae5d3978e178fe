import Settings

/// Files that a test pretends to have.
func files(_ files: [String: String]) -> ConfigurationLoader.ReadFile {
    { path, limit throws(FileFailure) in
        guard let text = files[path] else { throw FileFailure(reason: "No such file or directory") }
        guard text.utf8.count <= limit else { throw FileFailure(reason: "has more than \(limit) bytes") }
        return Array(text.utf8)
    }
}

/// The configuration of one file, named `dir/f.yaml`.
func load(
    _ text: String, environment: [String: String] = [:], flags: [(key: String, value: String)] = [],
    more: [String: String] = [:]
) throws(ConfigurationError) -> Configuration {
    let all = more.merging(["dir/f.yaml": text]) { $1 }
    return try ConfigurationLoader.load(file: "dir/f.yaml", environment: environment, flags: flags, read: files(all))
}
