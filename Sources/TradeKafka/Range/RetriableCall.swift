import Foundation

/// Makes a call again for a few seconds where that may help: a new topic's leader may not be known everywhere yet.
enum RetriableCall {
    private static let limit = Duration.seconds(10)
    private static let pause = 0.1

    static func run<Result>(_ call: () throws(KafkaError) -> Result) throws(KafkaError) -> Result {
        let start = ContinuousClock.Instant.now
        while true {
            do throws(KafkaError) {
                return try call()
            } catch {
                guard error.isRetriable, ContinuousClock.Instant.now - start < limit else { throw error }
                Thread.sleep(forTimeInterval: pause)
            }
        }
    }
}
