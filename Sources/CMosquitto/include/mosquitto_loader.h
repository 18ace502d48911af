#ifndef MOSQUITTO_LOADER_H
#define MOSQUITTO_LOADER_H

#include <mosquitto.h>
#include <mqtt_protocol.h>

// libmosquitto, version 2, found at run time: nothing links to it, and whoever speaks no MQTT does not load it.

/// The functions of libmosquitto that are called, by name.
#define EDGE_MOSQUITTO_FUNCTIONS(F) \
    F(mosquitto_lib_init) \
    F(mosquitto_new) \
    F(mosquitto_destroy) \
    F(mosquitto_int_option) \
    F(mosquitto_threaded_set) \
    F(mosquitto_will_set) \
    F(mosquitto_username_pw_set) \
    F(mosquitto_tls_set) \
    F(mosquitto_tls_opts_set) \
    F(mosquitto_connect) \
    F(mosquitto_reconnect) \
    F(mosquitto_disconnect) \
    F(mosquitto_loop) \
    F(mosquitto_publish) \
    F(mosquitto_subscribe) \
    F(mosquitto_unsubscribe) \
    F(mosquitto_connect_v5_callback_set) \
    F(mosquitto_publish_v5_callback_set) \
    F(mosquitto_subscribe_callback_set) \
    F(mosquitto_message_callback_set) \
    F(mosquitto_log_callback_set) \
    F(mosquitto_topic_matches_sub) \
    F(mosquitto_pub_topic_check) \
    F(mosquitto_sub_topic_check) \
    F(mosquitto_connack_string) \
    F(mosquitto_reason_string) \
    F(mosquitto_strerror)

typedef struct edge_mosquitto_table {
#define EDGE_MOSQUITTO_DECLARE(name) __typeof__(&name) name;
    EDGE_MOSQUITTO_FUNCTIONS(EDGE_MOSQUITTO_DECLARE)
#undef EDGE_MOSQUITTO_DECLARE
} edge_mosquitto_table;

/// Loads libmosquitto on the first call, from any thread. NULL when it is there, else why it is not.
const char *edge_mosquitto_load(void);

/// The loaded functions, or NULL.
const edge_mosquitto_table *edge_mosquitto(void);

#endif
