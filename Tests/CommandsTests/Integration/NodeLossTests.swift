import Foundation
import ServiceSupport
import Testing
import TradeContracts
import TradeKafka

extension Processes {
    /// A cluster of three nodes that loses one, and gets it back.
    @Suite(.serialized, .enabled(if: KafkaCluster.script != nil)) struct NodeLossTests {
        @Test(
            "G2, G5: each node of three in turn is lost under load: leaders and coordinators too",
            arguments: [
                (loss: "kill-node", return: "start-node"), (loss: "stop-node", return: "start-node"),
                (loss: "pause-node", return: "resume-node"),
            ])
        func eachNodeInTurn(_ orders: (loss: String, return: String)) throws {
            let cluster = try KafkaCluster(script: #require(KafkaCluster.script), nodes: 3)
            let view = try ClusterView(servers: cluster.servers)
            let harness = try ServiceHarness(
                at: BrokerSite(.kafka, servers: cluster.servers, replication: 3), reference: FaultRun.reference)
            try view.waitUntilInSync()
            let relay = RelayIdentity.defaultID(ordersTopic: harness.site.topics.ordersCreated)
            let suffix = String(harness.site.group.dropFirst("group".count))
            let run = try FaultRun(harness)
            for node in 1...3 {
                try view.waitUntilInSync()
                try run.expectProgress("before node \(node) is lost")
                let duties = view.duties(
                    of: node, group: harness.site.group, relayID: relay, topicsEnding: suffix)
                let start = ContinuousClock.Instant.now
                try cluster.tell(orders.loss, node: node)
                let seconds = try run.expectProgress("\(orders.loss) \(node) (\(duties))", since: start)
                print("\(orders.loss) \(node) (\(duties)): goes on after \(seconds) s")
                try cluster.tell(orders.return, node: node)
                try run.expectProgress("\(orders.return) \(node)")
            }
            try view.waitUntilInSync()
            try run.finish("\(orders.loss) of each node in turn")
        }
    }
}
