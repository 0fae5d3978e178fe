import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Whose the relay's mark is, and what another than its owner gets (G6).
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct RelayOwnerTests {
    private static let deliveries = RelayBench.Delivery.allCases

    @Test func theMarkIsAnOffsetWithItsWriter() throws {
        let bench = try RelayBench()
        #expect(try bench.mark() == nil)
        for number: Int64 in [0, 7, .max] {
            let mark = FoundMark(number: number, writer: bench.owner.identity.text)
            try bench.write(mark)
            #expect(try bench.mark() == mark)
            #expect(try bench.mark(readCommitted: false) == mark)
            let admin = try KafkaAdmin(bench.configuration, groupID: bench.relayID)
            let place = KafkaPartition(topic: bench.configuration.topics.ordersCreated, partition: 0)
            #expect(
                try admin.committed([place])
                    == [place: CommittedOffset(nextOffset: number, metadata: bench.owner.identity.text)])
        }
    }

    @Test func brokerThatIsAway() throws {
        let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        let start = ContinuousClock.Instant.now
        let read = try #require(throws: KafkaError.self) {
            try KafkaRelayMark.read(configuration, relayID: "r", readCommitted: false, within: 0.5)
        }
        let write = try #require(throws: KafkaError.self) {
            try KafkaRelayMark.write(FoundMark(number: 1, writer: "w"), configuration, relayID: "r", within: 0.5)
        }
        #expect(ContinuousClock.Instant.now - start < .seconds(5))
        for error in [read, write] { #expect(error.description.contains("group r"), "\(error)") }
    }

    /// Another store is refused, and the owner goes on as if nothing had been.
    @Test(arguments: deliveries) func anotherStoreIsRefusedBeforeItFences(_ delivery: RelayBench.Delivery) throws {
        let bench = try RelayBench(delivery)
        let owner = try bench.makeSink()
        defer { owner.close(deadline: 5) }
        owner.expectOpen()
        #expect(owner.publish(RelayBench.rows(1...10), publishedThrough: 0) == .published)
        for (other, delivery) in zip([2, 3], Self.deliveries) {
            bench.owner = RelayBench.owner(store: UInt64(other), starts: 1...1)
            bench.delivery = delivery
            let sink = try bench.makeSink()
            defer { sink.close(deadline: 5) }
            expectRefusal(sink, ["belongs to another store", "kafka.topics"])
        }
        #expect(owner.publish(RelayBench.rows(11...20), publishedThrough: 10) == .published)
        try bench.expectOnce(20)
    }

    /// A copy of the store that starts beside the original takes over; the original finds out at its next transaction.
    @Test func theOriginalStopsWhereACopyTookOver() throws {
        let bench = try RelayBench()
        let original = try bench.makeSink()
        defer { original.close(deadline: 5) }
        original.expectOpen()
        #expect(original.publish(RelayBench.rows(1...10), publishedThrough: 0) == .published)
        bench.owner = RelayBench.owner(store: 1, starts: 1...2)
        let copy = try bench.makeSink()
        defer { copy.close(deadline: 5) }
        #expect(copy.expectOpen(10, highest: 10, expectsMark: true) == 10)
        guard case .inDoubt = original.publish(RelayBench.rows(11...20), publishedThrough: 10) else {
            Issue.record("published by a producer that was fenced")
            return
        }
        expectRefusal(
            original, ["start 2", "does not know", "copy"], SinkOpening(mark: 10, highest: 20, expectsMark: true))
        // Which did not fence the copy.
        #expect(copy.publish(RelayBench.rows(11...20), publishedThrough: 10) == .published)
        try bench.expectOnce(20)
    }

    /// The same start again, as after a doubt of its own, is its own mark's owner.
    @Test func fencedByItself() throws {
        let bench = try RelayBench()
        let first = try bench.makeSink()
        defer { first.close(deadline: 5) }
        first.expectOpen()
        let second = try bench.makeSink()
        second.expectOpen()
        guard case .inDoubt = first.publish(RelayBench.rows(1...10), publishedThrough: 0) else {
            Issue.record("published by a producer that was fenced")
            return
        }
        second.close(deadline: 5)
        #expect(first.expectOpen(0, highest: 10, expectsMark: true) == 0)
        #expect(first.publish(RelayBench.rows(1...10), publishedThrough: 0) == .published)
        try bench.expectOnce(10)
    }

    @Test(arguments: deliveries) func aMarkOfSomethingElse(_ delivery: RelayBench.Delivery) throws {
        for text in ["", "nonsense", "a:b:c"] {
            let bench = try RelayBench(delivery)
            try bench.write(FoundMark(number: 3, writer: text))
            let sink = try bench.makeSink()
            defer { sink.close(deadline: 5) }
            expectRefusal(sink, ["something else", "\"\(text)\"", "kafka.topics"])
            #expect(try bench.mark() == FoundMark(number: 3, writer: text), "a refusal writes nothing")
        }
    }

    @Test(arguments: deliveries) func aMarkAboveAllThatWasGivenOut(_ delivery: RelayBench.Delivery) throws {
        let bench = try RelayBench(delivery)
        try bench.write(FoundMark(number: 101, writer: bench.owner.identity.text))
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        expectRefusal(
            sink, ["101", "100", "restored", "set-mark"], SinkOpening(mark: 5, highest: 100, expectsMark: true))
        #expect(try bench.mark()?.number == 101)
        #expect(sink.expectOpen(5, highest: 101, expectsMark: true) == 101)
    }

    /// A mark that has to be there is missing, or its group is deleted while the sink is closed.
    @Test(arguments: deliveries) func aMarkThatIsGone(_ delivery: RelayBench.Delivery) throws {
        let bench = try RelayBench(delivery)
        let first = try bench.makeSink()
        first.expectOpen()
        #expect(first.publish(RelayBench.rows(1...10), publishedThrough: 0) == .published)
        first.close(deadline: 5)
        try bench.deleteGroup()
        #expect(try bench.mark() == nil)
        let second = try bench.makeSink()
        defer { second.close(deadline: 5) }
        let opening = SinkOpening(mark: 8, highest: 20, expectsMark: true)
        expectRefusal(second, ["is gone", "row 8", "audit", "set-mark"], opening)
        #expect(try bench.mark() == nil, "a refusal writes nothing")
        // What the operator does then.
        try bench.write(FoundMark(number: 10, writer: bench.owner.identity.text))
        #expect(second.expectOpen(8, highest: 20, expectsMark: true) == 10)
        #expect(second.publish(RelayBench.rows(11...20), publishedThrough: 10) == .published)
        try bench.expectOnce(20)
    }

    /// After a clean stop the store's mark is enough.
    @Test(arguments: deliveries) func aMarkThatIsGoneAfterACleanStop(_ delivery: RelayBench.Delivery) throws {
        let bench = try RelayBench(delivery)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        #expect(sink.expectOpen(10, highest: 20) == 10)
        #expect(try bench.mark() == FoundMark(number: 10, writer: bench.owner.identity.text))
    }

    /// Switching `delivery` loses and doubles nothing: both keep the same mark.
    @Test func deliverySwitchedBothWays() throws {
        let bench = try RelayBench()
        var through = 0
        for (index, delivery) in [RelayBench.Delivery.exactlyOnce, .atLeastOnce, .exactlyOnce].enumerated() {
            bench.delivery = delivery
            bench.owner = RelayBench.owner(store: 1, starts: 1...Int64(index + 1))
            let sink = try bench.makeSink()
            #expect(sink.expectOpen(0, highest: 30, expectsMark: index > 0) == Int64(through))
            let rows = RelayBench.rows((through + 1)...(through + 10))
            #expect(sink.publish(rows, publishedThrough: Int64(through)) == .published)
            through += 10
            sink.close(deadline: 5)
        }
        try bench.expectOnce(30)
    }

    /// Without rows the mark is written again, with its writer.
    @Test(arguments: deliveries) func theMarkIsWrittenAgain(_ delivery: RelayBench.Delivery) throws {
        let bench = try RelayBench(delivery)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        sink.expectOpen()
        try bench.deleteGroup()
        #expect(sink.publish([], publishedThrough: 0) == .published)
        #expect(try bench.mark() == FoundMark(number: 0, writer: bench.owner.identity.text))
    }

    private func expectRefusal(
        _ sink: any RecordSink, _ words: [String],
        _ opening: SinkOpening = SinkOpening(mark: 0, highest: 1_000, expectsMark: false)
    ) {
        let result = sink.open(opening)
        guard case .refused(let reason) = result else {
            Issue.record("\(result)")
            return
        }
        for word in words { #expect(reason.contains(word), "\(reason)") }
        guard case .inDoubt = sink.publish(RelayBench.rows(900...900), publishedThrough: 899) else {
            Issue.record("published by a sink that was refused")
            return
        }
    }
}

extension RelayBench {
    /// Deletes the relay's group, as an operator's tool does.
    func deleteGroup() throws {
        let operations = try TestOperations(configuration)
        var group = rd_kafka_DeleteGroup_new(relayID)
        defer { rd_kafka_DeleteGroup_destroy(group) }
        let event = try operations.run { rd_kafka_DeleteGroups($0, &group, 1, nil, $1) }
        var count = 0
        let results = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event.handle), &count)
        for index in 0..<count {
            #expect(rd_kafka_group_result_error(results?[index]) == nil, "the group is not deleted")
        }
    }
}
