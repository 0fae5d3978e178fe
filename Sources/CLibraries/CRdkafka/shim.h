#ifndef CRdkafka_SHIM_H
#define CRdkafka_SHIM_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* rd_kafka_error_new is variadic, which Swift does not import. */
static inline rd_kafka_error_t *trade_kafka_error_new(rd_kafka_resp_err_t code, const char *text) {
    return rd_kafka_error_new(code, "%s", text);
}

#endif
