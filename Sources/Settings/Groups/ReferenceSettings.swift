/// `reference`: accounts, experts and rulesets from a file.
package struct ReferenceSettings: Sendable {
    @Sourced package var file: ConfiguredPath? = nil
}
