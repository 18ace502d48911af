#include "dnnl_table.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static edge_dnnl_table table;
static char failure[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    // Bound lazily: the library has thousands of relocations, and start-up is a feature.
    void *library = dlopen("libdnnl.so.2", RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(failure, sizeof failure, "%s", reason ? reason : "libdnnl.so.2 cannot be loaded");
        return;
    }
#define FIND(name) \
    if (!failure[0]) { \
        void *symbol = dlsym(library, #name); \
        if (symbol) memcpy(&table.name, &symbol, sizeof symbol); \
        else snprintf(failure, sizeof failure, "libdnnl.so.2 has no %s", #name); \
    }
    EDGE_DNNL_FUNCTIONS(FIND)
#undef FIND
    void *threads = dlsym(library, "omp_set_num_threads");
    if (threads) memcpy(&table.set_threads, &threads, sizeof threads);
    if (!failure[0] && table.dnnl_engine_create(&table.engine, dnnl_cpu, 0) != dnnl_success)
        snprintf(failure, sizeof failure, "oneDNN gives no engine for this processor");
}

const char *edge_dnnl_load(void) {
    pthread_once(&once, load);
    return failure[0] ? failure : NULL;
}

const edge_dnnl_table *edge_dnnl(void) { return edge_dnnl_load() ? NULL : &table; }
