#include "dnnl_loader.h"

#include <dlfcn.h>
#include <stddef.h>

const char *edge_dnnl_load(void) {
    static void *library;
    if (!library) library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
    return library ? NULL : dlerror();
}
