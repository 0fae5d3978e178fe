/// A value that is never shown: every way to print it gives `(secret)`.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value itself, for where it is used.
    package let revealed: String

    package init(_ value: String) {
        revealed = value
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
