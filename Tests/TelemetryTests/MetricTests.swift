import Telemetry
import Testing

@Suite struct MetricTests {
    private let registry = MetricRegistry()

    @Test func text() throws {
        let requests = try registry.counter(
            "events_total", help: "Events\nof \\ all", labels: ["reason": "a\"\\\nb", "x": ""])
        requests.increment()
        requests.increment(by: 41)
        try registry.gauge("age_seconds", help: "Age.").set(0.25)
        let histogram = try registry.histogram("wait_seconds", help: "Wait.", labels: ["k": "v"], bounds: [0.5, 1])
        for value in [0, 0.5, 0.75, 1, 2, -1] { histogram.record(value) }
        #expect(
            registry.text() == #"""
                # HELP age_seconds Age.
                # TYPE age_seconds gauge
                age_seconds 0.25
                # HELP events_total Events\nof \\ all
                # TYPE events_total counter
                events_total{reason="a\"\\\nb",x=""} 42
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{k="v",le="0.5"} 3
                wait_seconds_bucket{k="v",le="1"} 5
                wait_seconds_bucket{k="v",le="+Inf"} 6
                wait_seconds_sum{k="v"} 3.25
                wait_seconds_count{k="v"} 6

                """#)
    }

    @Test func numbersThatAreNone() throws {
        let gauge = try registry.gauge("g", help: "")
        for (value, text) in [
            (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e300, "1e+300"), (-0.0, "0"),
        ] {
            gauge.set(value)
            #expect(registry.text().hasSuffix("\ng \(text)\n"))
        }
        let histogram = try registry.histogram("h", help: "", bounds: [1])
        histogram.record(.nan)
        histogram.record(.infinity)
        histogram.record(1)
        #expect(registry.text().contains("h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 1\nh_count 3\n"))
    }

    @Test func theSameNameIsTheSameMetric() throws {
        let first = try registry.counter("a_total", help: "", labels: ["l": "1"])
        let again = try registry.counter("a_total", help: "", labels: ["l": "1"])
        let other = try registry.counter("a_total", help: "", labels: ["l": "2"])
        #expect(first === again && first !== other)
    }

    @Test func whatContradictsIsRefused() throws {
        _ = try registry.gauge("g", help: "")
        _ = try registry.counter("c_total", help: "", labels: ["a": "1"])
        _ = try registry.histogram("h", help: "", bounds: [1, 2])
        #expect(throws: MetricError.registeredOtherwise("g", as: "gauge", now: "histogram")) {
            try registry.histogram("g", help: "")
        }
        #expect(throws: MetricError.self) { try registry.counter("c_total", help: "") }
        #expect(throws: MetricError.self) { try registry.counter("c_total", help: "", labels: ["b": "1"]) }
        #expect(throws: MetricError.self) { try registry.histogram("h", help: "", bounds: [1]) }
        #expect(throws: MetricError.self) { try registry.counter("c", help: "") }
        #expect(throws: MetricError.self) { try registry.gauge("g_total", help: "") }
        #expect(throws: MetricError.self) { try registry.histogram("h_total", help: "") }
        for bounds in [[2, 1], [1, 1], [.nan], [1, .infinity]] {
            #expect(throws: MetricError.invalidBuckets("x")) { try registry.histogram("x", help: "", bounds: bounds) }
        }
        for name in ["", "1a", "a-b", "ä", "a b", "a\n"] {
            #expect(throws: MetricError.self) { try registry.gauge(name, help: "") }
            #expect(throws: MetricError.invalidLabel(metric: "x", label: name)) {
                try registry.gauge("x", help: "", labels: [name: ""])
            }
        }
        #expect(throws: MetricError.self) { try registry.gauge("x", help: "", labels: ["__a": ""]) }
        #expect(throws: MetricError.self) { try registry.gauge("x", help: "", labels: ["a": "", "a": ""]) }
        #expect(throws: MetricError.self) { try registry.histogram("x", help: "", labels: ["le": ""]) }
        #expect(!registry.text().contains("x"))
    }

    @Test func seriesAreBounded() throws {
        for index in 0..<1000 { _ = try registry.gauge("g", help: "", labels: ["i": "\(index)"]) }
        #expect(throws: MetricError.tooManySeries("g", limit: 1000)) {
            try registry.gauge("g", help: "", labels: ["i": "1000"])
        }
        _ = try registry.gauge("g", help: "", labels: ["i": "999"])
    }

    @Test func updatesOfManyThreadsAddUp() async throws {
        let counter = try registry.counter("c_total", help: "")
        let gauge = try registry.gauge("g", help: "")
        let histogram = try registry.histogram("h", help: "", bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5000 {
                        counter.increment()
                        gauge.add(1)
                        histogram.record(2)
                    }
                }
            }
        }
        #expect(counter.value == 20_000)
        #expect(gauge.value == 20_000)
        #expect(registry.text().contains("h_sum 40000\nh_count 20000\n"))
    }
}
