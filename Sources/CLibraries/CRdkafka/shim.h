#ifndef CRdkafka_SHIM_H
#define CRdkafka_SHIM_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* rd_kafka_error_new is variadic, which Swift does not import. */
static inline rd_kafka_error_t *trade_kafka_error_new(rd_kafka_resp_err_t code, const char *text) {
    return rd_kafka_error_new(code, "%s", text);
}

/* Counts the requests with one API key that a client sends: each time it writes one to a socket, retries included. */
typedef struct {
    int16_t api_key;
    int64_t count;
} trade_kafka_request_counter_t;

static rd_kafka_resp_err_t trade_kafka_on_request_sent(
    rd_kafka_t *client, int sockfd, const char *broker, int32_t broker_id, int16_t api_key, int16_t api_version,
    int32_t correlation_id, size_t size, void *opaque) {
    trade_kafka_request_counter_t *counter = (trade_kafka_request_counter_t *)opaque;
    (void)client, (void)sockfd, (void)broker, (void)broker_id, (void)api_version, (void)correlation_id, (void)size;
    if (api_key == counter->api_key) __atomic_fetch_add(&counter->count, 1, __ATOMIC_SEQ_CST);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t trade_kafka_on_new(
    rd_kafka_t *client, const rd_kafka_conf_t *conf, void *opaque, char *text, size_t text_size) {
    (void)conf, (void)text, (void)text_size;
    return rd_kafka_interceptor_add_on_request_sent(client, "trade-manager", trade_kafka_on_request_sent, opaque);
}

/* `counter` has to outlive the client that is made of `conf`. */
static inline rd_kafka_resp_err_t trade_kafka_conf_count_requests(
    rd_kafka_conf_t *conf, trade_kafka_request_counter_t *counter) {
    return rd_kafka_conf_interceptor_add_on_new(conf, "trade-manager", trade_kafka_on_new, counter);
}

static inline int64_t trade_kafka_request_count(trade_kafka_request_counter_t *counter) {
    return __atomic_load_n(&counter->count, __ATOMIC_SEQ_CST);
}

#endif
