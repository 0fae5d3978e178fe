/// `workers`: the threads that evaluate passes.
package struct WorkerSettings: Sendable {
    /// Nil: the number of cores.
    @Sourced package var count: Int? = nil
    /// How many events may wait for the store at once (G7).
    @Sourced package var maxInFlight = 10_000
}
