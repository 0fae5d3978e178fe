import ServiceSupport
import Testing

/// The service from Kafka to Kafka, in this process: with rules that the test holds, on each broker that there is.
///
/// One after the other: each has a broker, a store with its fsyncs and the threads of a service.
@Suite(.serialized) enum Integration {}

/// The program as a process of its own, as its users start it.
@Suite(.serialized) enum Processes {}

extension OutputReader {
    /// What has come, for a test that failed.
    var summary: String {
        all.map { output in
            let id = output.integer("recommendation_id").map(String.init) ?? "-"
            return "\(output.topic) \(output.key ?? "-") event \(output.text("event_id") ?? "-") recommendation \(id) "
                + "\(output.text("reason") ?? output.text("role") ?? "") run \(output.integer("run") ?? 0)"
        }.joined(separator: "\n")
    }
}
