#ifndef CRdkafka_SHIM_H
#define CRdkafka_SHIM_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#endif
