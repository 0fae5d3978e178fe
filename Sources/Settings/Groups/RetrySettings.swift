/// `retry`: passes that fail (R31).
package struct RetrySettings: Sendable {
    /// Failures in a row after which recommendations are evaluated one at a time.
    @Sourced package var attempts = 8
    /// Seconds before the first retry; doubled for each further one.
    @Sourced package var initial = 0.1
    /// The longest pause, in seconds.
    @Sourced package var max = 60.0
}
