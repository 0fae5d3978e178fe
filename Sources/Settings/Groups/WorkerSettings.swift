/// `workers`: the threads that evaluate passes.
package struct WorkerSettings: Sendable {
    /// Nil: the number of cores.
    @Sourced package var count: Int? = nil
    /// How many events may be in the pipeline at once (G7).
    @Sourced package var maxInFlight = 10_000
}
