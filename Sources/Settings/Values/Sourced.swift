/// A value of a setting that remembers where it came from.
///
/// A property reads as its value (`configuration.kafka.groupID`), and with a dollar sign with its source
/// (`configuration.kafka.$groupID.source`).
@propertyWrapper
package struct Sourced<Value: Sendable>: Sendable {
    package var wrappedValue: Value
    package var source: ValueSource

    package init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
        source = .builtIn
    }

    init(_ value: Value, from source: ValueSource) {
        wrappedValue = value
        self.source = source
    }

    package var projectedValue: Sourced<Value> {
        get { self }
        set { self = newValue }
    }
}
