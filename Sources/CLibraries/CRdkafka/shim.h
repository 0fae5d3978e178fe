#ifndef CRdkafka_SHIM_H
#define CRdkafka_SHIM_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdint.h>

/* rd_kafka_error_new is variadic, which Swift does not import. */
static inline rd_kafka_error_t *trade_kafka_error_new(rd_kafka_resp_err_t code, const char *text) {
    return rd_kafka_error_new(code, "%s", text);
}

/* How many requests of two kinds a client has sent. Written by the library's threads, read by any. */
typedef struct {
    uint64_t end_txn;           /* key 26 of Kafka's protocol */
    uint64_t txn_offset_commit; /* key 28 */
} trade_kafka_sent_t;

static inline uint64_t trade_kafka_sent_end_txn(trade_kafka_sent_t *sent) {
    return __atomic_load_n(&sent->end_txn, __ATOMIC_ACQUIRE);
}

static inline uint64_t trade_kafka_sent_txn_offset_commit(trade_kafka_sent_t *sent) {
    return __atomic_load_n(&sent->txn_offset_commit, __ATOMIC_ACQUIRE);
}

static inline rd_kafka_resp_err_t trade_kafka_on_request_sent(
    rd_kafka_t *client, int socket, const char *broker, int32_t broker_id, int16_t key, int16_t version,
    int32_t correlation, size_t size, void *opaque) {
    trade_kafka_sent_t *sent = (trade_kafka_sent_t *)opaque;
    (void)client, (void)socket, (void)broker, (void)broker_id, (void)version, (void)correlation, (void)size;
    if (key == 26) __atomic_fetch_add(&sent->end_txn, 1, __ATOMIC_RELEASE);
    if (key == 28) __atomic_fetch_add(&sent->txn_offset_commit, 1, __ATOMIC_RELEASE);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static inline rd_kafka_resp_err_t trade_kafka_on_new(
    rd_kafka_t *client, const rd_kafka_conf_t *conf, void *opaque, char *text, size_t text_size) {
    (void)conf, (void)text, (void)text_size;
    return rd_kafka_interceptor_add_on_request_sent(client, "trade-sent", trade_kafka_on_request_sent, opaque);
}

/* Makes the client of this configuration count into `sent`, which has to outlive it. */
static inline rd_kafka_resp_err_t trade_kafka_count_sent(rd_kafka_conf_t *conf, trade_kafka_sent_t *sent) {
    return rd_kafka_conf_interceptor_add_on_new(conf, "trade-sent", trade_kafka_on_new, sent);
}

#endif
