/// `http`: page, metrics, health and the manual trigger.
package struct HTTPSettings: Sendable {
    @Sourced package var host = "127.0.0.1"
    /// 0: any free one; nil: no HTTP.
    @Sourced package var port: Int? = 8080
    /// What a request that changes something has to bring; nil: none is asked for.
    @Sourced package var token: Secret? = nil
}
