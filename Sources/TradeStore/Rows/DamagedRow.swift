/// A row that this program can't have written.
struct DamagedRow: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
