/// A value behind a reference, so that expectations can call its mutating members.
package final class Box<Value> {
    package var value: Value

    package init(_ value: Value) { self.value = value }
}
