import Foundation
import TradeCore

/// What a command asks of a running service, and its answer: one line of JSON each, through the socket beside the store (G10).
struct ControlRequest: Codable, Equatable {
    enum Order: String, Codable {
        case halt
        case resume
    }

    /// Far more than any request or answer.
    static let limit = 64 * 1024

    var order: Order
    var account: Int64?
    var expert: Int64?
    var entriesOnly: Bool
    var reason: String

    var scope: HaltScope {
        account.map { .account(AccountID($0)) } ?? expert.map { .expert(ExpertID($0)) } ?? .all
    }

    /// What is to be changed, as of a moment.
    func change(at time: Timestamp) -> HaltChange {
        switch order {
        case .halt: .halt(Halt(scope: scope, entriesOnly: entriesOnly, reason: reason, since: time))
        case .resume: .resume(scope, entriesOnly: entriesOnly, reason: reason)
        }
    }
}

/// The answer to a `ControlRequest`.
struct ControlAnswer: Codable, Equatable {
    enum Outcome: String, Codable {
        case inForce
        case notDurable
        /// Ask again: this process ends, and nobody or another one takes its place.
        case stopping
        /// The request can't be read.
        case refused
    }

    var outcome: Outcome
    var message: String?
}

enum ControlLine {
    static func encode(_ message: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try Array(encoder.encode(message)) + [0x0a]
    }

    static func decode<Message: Decodable>(_ line: [UInt8]) throws -> Message {
        try JSONDecoder().decode(Message.self, from: Data(line))
    }
}
