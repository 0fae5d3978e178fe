/// `outputs`: what output records hold.
package struct OutputSettings: Sendable {
    /// Whether orders and skips tell which rule decided (R96).
    @Sourced package var explanations = true
}
