/// `shutdown`: the end of the service.
package struct ShutdownSettings: Sendable {
    /// Seconds from SIGTERM until the process has ended.
    @Sourced package var deadline = 15.0
}
