/// Where an object stands in a document: the beginning of the names in messages.
enum FieldPath {
    case root
    /// The `data` of a structured CloudEvent.
    case data
    case recommendation(Int, inData: Bool)

    /// The whole name of a field of the object.
    func name(of field: StaticString) -> String {
        switch self {
        case .root: "\(field)"
        case .data: "data.\(field)"
        case .recommendation(let index, let inData): "\(inData ? "data." : "")recommendations[\(index)].\(field)"
        }
    }

    /// The name of the object itself.
    var name: String {
        switch self {
        case .root: "the value"
        case .data: "data"
        case .recommendation(let index, let inData): "\(inData ? "data." : "")recommendations[\(index)]"
        }
    }
}
