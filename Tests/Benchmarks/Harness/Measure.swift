/// One thing that is measured; it gives one line of the table or a few.
protocol Measure: SendableMetatype {
    /// What the command line calls it.
    static var name: String { get }

    /// Measures, and hands each line over as soon as it is there.
    static func run(_ report: (Row) -> Void) throws
}
