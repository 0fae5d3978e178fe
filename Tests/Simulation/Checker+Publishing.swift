import TradeContracts
import TradeCore
import TradePipeline

// What is published, what is set aside, and the mark between both (G5, R93, R95).
extension Checker {
    func observe(published: [PublishableRow]) {
        while seenPublished < published.count {
            let row = published[seenPublished]
            seenPublished += 1
            if durable.withdrawn[row.number] != nil {
                fail("G2: row \(row.number) is published though it was withdrawn")
            }
            publishedNumbers.insert(row.number)
            guard row.number > publishedThrough else {
                if isExact { fail("G5: row \(row.number) is published twice") }
                continue
            }
            for number in (publishedThrough + 1)..<row.number where durable.withdrawn[number] == nil {
                fail("G5: row \(row.number) is published before \(number)")
            }
            publishedThrough = row.number
        }
        if durable.relayMark > passed { fail("G5: mark \(durable.relayMark) above \(passed)") }
    }

    /// Up to where every row is published or set aside.
    private var passed: Int64 {
        var passed = publishedThrough
        while durable.withdrawn[passed + 1] != nil { passed += 1 }
        return passed
    }

    /// A row is set aside with a skip in its place that names its order, or because its position has failed so before.
    func checkWithdrawals(_ entry: ChangeSet) {
        for row in entry.relay?.withdrawn ?? [] {
            if publishedNumbers.contains(row.number) {
                fail("G2: row \(row.number) is withdrawn after it was published")
            }
            guard let origin = rows.first(where: { $0.number == row.number }), case .order(let order) = origin.record
            else {
                fail("row \(row.number) is withdrawn and no order")
                continue
            }
            let isTold = entry.rows.contains { skipped in
                guard case .skip(let skip) = skipped.record else { return false }
                return skip.reason == row.reason && skip.recommendation == order.recommendation
                    && skip.message.contains(order.plan.id.description)
            }
            if isTold {
                if order.plan.role == .entry {
                    let failed = entry.positions.contains { $0.id == order.plan.position && $0.status == .failed }
                    if !failed { fail("R95: the position of order \(order.plan.id) has not failed") }
                } else if entry.positions.isEmpty {
                    fail("R95: order \(order.plan.id) is not given back")
                }
                continue
            }
            let hasFailed = durable.positions.values.contains {
                $0.id == order.plan.position && $0.status == .failed
            }
            if !hasFailed || order.plan.role == .entry {
                fail("G2: order \(order.plan.id) is withdrawn without a word")
            }
        }
    }

    /// After everything has come to rest: each row is published, or set aside.
    func checkPublished() {
        if let last = rows.last, last.number != passed { fail("G5: published through \(passed) of \(last.number)") }
        if durable.relayMark != passed { fail("the mark is \(durable.relayMark), not \(passed)") }
        for row in rows {
            let isPublished = publishedNumbers.contains(row.number)
            if isPublished == (durable.withdrawn[row.number] != nil) {
                fail("G2: row \(row.number) is \(isPublished ? "both" : "neither") published and withdrawn")
            }
        }
    }
}
