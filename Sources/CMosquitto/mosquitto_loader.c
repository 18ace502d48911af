#include "mosquitto_loader.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static edge_mosquitto_table table;
static char failure[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    // Brings OpenSSL along: half a millisecond that only MQTT pays for.
    void *library = dlopen("libmosquitto.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(failure, sizeof failure, "%s", reason ? reason : "libmosquitto.so.1 cannot be loaded");
        return;
    }
#define FIND(name) \
    if (!failure[0]) { \
        void *symbol = dlsym(library, #name); \
        if (symbol) memcpy(&table.name, &symbol, sizeof symbol); \
        else snprintf(failure, sizeof failure, "libmosquitto.so.1 has no %s", #name); \
    }
    EDGE_MOSQUITTO_FUNCTIONS(FIND)
#undef FIND
    if (!failure[0] && table.mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
        snprintf(failure, sizeof failure, "libmosquitto does not start");
}

const char *edge_mosquitto_load(void) {
    pthread_once(&once, load);
    return failure[0] ? failure : NULL;
}

const edge_mosquitto_table *edge_mosquitto(void) { return edge_mosquitto_load() ? NULL : &table; }
