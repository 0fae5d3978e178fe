import CRdkafka

/// Why the broker, or the library for it, takes a record by no means: it is the record's own fault, and would be refused again.
enum RecordRefusal: Hashable {
    case tooLarge
    case invalid

    /// Nil for every other code: an outage, a missing right, a topic that isn't there.
    init?(_ code: Int32) {
        switch rd_kafka_resp_err_t(rawValue: code) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: self = .tooLarge
        case RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
            RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
            self = .invalid
        default: return nil
        }
    }
}
