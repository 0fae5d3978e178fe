import Foundation

/// The nodes of the real Kafka, where a test may stop and start them: `KAFKA_SCRIPT` names a program that understands
/// `stop-node DIR N`, `start-node`, `kill-node`, `pause-node` and `resume-node`, `KAFKA_DIR` the cluster's folder.
package struct KafkaCluster: Sendable {
    private let script: String
    private let folder: String

    /// Nil where the tests were given no such script.
    package static let given: KafkaCluster? = {
        let environment = ProcessInfo.processInfo.environment
        guard let script = environment["KAFKA_SCRIPT"], let folder = environment["KAFKA_DIR"], !script.isEmpty else {
            print("No broker is stopped or paused by these tests: KAFKA_SCRIPT and KAFKA_DIR name none.")
            return nil
        }
        return KafkaCluster(script: script, folder: folder)
    }()

    package func tell(_ order: String, node: Int = 1) throws {
        // A node that is started lives on, and must not hold our pipes.
        let command = "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null"
        let process = try ChildProcess("/bin/sh", ["-c", command, script, order, folder, "\(node)"])
        guard process.waitForExit(seconds: 90) == .code(0) else {
            throw ServiceFailure("\(script) \(order) \(node) failed")
        }
    }
}
