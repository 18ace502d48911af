#ifndef DNNL_LOADER_H
#define DNNL_LOADER_H

#include <oneapi/dnnl/dnnl.h>

/// Loads oneDNN on first call. NULL when it is there, else what the dynamic linker said.
const char *edge_dnnl_load(void);

#endif
