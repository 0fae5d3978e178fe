import Foundation
import Telemetry
import Testing

@Suite struct LoggerTests {
    private let handler = CapturingLogHandler()

    @Test(arguments: LogLevel.allCases, LogLevel.allCases)
    func whatIsOffIsNotEvaluated(least: LogLevel, level: LogLevel) {
        let logger = Logger(label: "test", level: least, handler: handler)
        var evaluated = 0
        func text() -> String {
            evaluated += 1
            return "text"
        }
        func metadata() -> LogMetadata {
            evaluated += 1
            return ["a": 1]
        }
        logger.log(level, text(), metadata: metadata())
        #expect(evaluated == (level >= least ? 2 : 0))
        #expect(handler.events.count == (level >= least ? 1 : 0))
    }

    @Test func everyLevelHasItsMethod() {
        let logger = Logger(label: "test", level: .trace, handler: handler)
        logger.trace("")
        logger.debug("")
        logger.info("")
        logger.notice("")
        logger.warning("")
        logger.error("")
        logger.critical("")
        #expect(handler.events.map(\.level) == LogLevel.allCases)
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
    }

    @Test func metadataKeepsItsOrderAndStaysWithItsCopy() {
        var logger = Logger(label: "test", metadata: ["z": 1, "a": "x"], handler: handler)
        let before = logger
        logger[metadataKey: "m"] = true
        logger[metadataKey: "z"] = 2
        logger.info("1", metadata: ["b": 0.5, "a": "y"])
        logger[metadataKey: "z"] = nil
        logger.info("2")
        before.labeled("other").info("3")
        #expect(
            handler.events.map(\.metadata) == [
                ["z": 2, "a": "y", "m": true, "b": 0.5], ["a": "x", "m": true], ["z": 1, "a": "x"],
            ])
        #expect(handler.events.map(\.label) == ["test", "test", "other"])
        #expect(logger[metadataKey: "none"] == nil)
    }

    @Test func aLoggerOfNothing() {
        Logger.none.critical("nobody hears it")
    }
}
