import TradeContracts
import TradeCore
import TradeStore

extension StoredRow {
    /// What the row is about, for people.
    func summary(_ topics: TopicNames) -> String {
        let key = key.map { "key \(String(decoding: $0, as: UTF8.self))" } ?? "no key"
        let what: String
        if topic == .deadLetters, let letter = DeadLetterHeaders(headers) {
            what =
                "\(letter.reason) of \(letter.sourceTopic) partition \(letter.sourcePartition) offset "
                + "\(letter.sourceOffset)"
        } else {
            what = OutputIdentity.id(of: topic, headers: headers).map { "id \($0)" } ?? "no id"
        }
        let withdrawn = withdrawn.map { ", set aside: \($0.rawValue)" } ?? ""
        return "\(topics.name(of: topic)), \(key), \(what)\(withdrawn)"
    }
}
