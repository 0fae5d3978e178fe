import Foundation
import Telemetry

/// Waits for what can only be looked at, again and again until a deadline. Whoever can be told, waits for that instead.
package enum Eventually {
    /// Whether the condition held before `seconds` had passed.
    package static func holds(seconds: Double = 30, every pause: Double = 0.002, _ condition: () throws -> Bool)
        rethrows -> Bool
    {
        let deadline = MonotonicTime.after(seconds: seconds)
        while true {
            if try condition() { return true }
            guard MonotonicTime.now < deadline else { return false }
            Thread.sleep(forTimeInterval: pause)
        }
    }
}
