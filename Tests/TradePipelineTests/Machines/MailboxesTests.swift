import Support
import Testing

@testable import TradePipeline

@Suite struct MailboxesTests {
    /// A shell that comes late tells something that changes nothing; whoever waits for the end has maybe not looked yet.
    @Test func anEndIsNotTakenBack() {
        let harness = PipelineHarness()
        var boxes = Mailboxes(pipeline: harness.pipeline, now: 0)
        harness.pipeline.stop(harness.now)
        _ = boxes.sort()
        #expect(boxes.stopped)
        harness.pipeline.followCommits(harness.now)
        _ = boxes.sort()
        #expect(boxes.stopped)
    }
}
