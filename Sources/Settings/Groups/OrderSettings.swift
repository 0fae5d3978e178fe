/// `orders`: what holds for every order.
package struct OrderSettings: Sendable {
    /// Seconds until an entry or an increase expires (R95); nil: never.
    @Sourced package var validFor: Int? = 900
}
