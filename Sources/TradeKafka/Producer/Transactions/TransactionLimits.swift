/// How long a transaction may take, and what makes it doubtful.
struct TransactionLimits {
    /// Seconds after which the broker ends a transaction by itself (design §6).
    var timeout = 10.0
    /// Seconds without an acknowledgement after which a transaction is given up.
    var patience = 5.0
    /// Seconds that an abort may take.
    var abort = 3.0
    /// Whether a request that was sent twice makes the outcome doubtful. Only the test that shows why turns this off.
    var doubtsRepeatedRequests = true
}
