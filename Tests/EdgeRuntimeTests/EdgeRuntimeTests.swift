import EdgeRuntime
import Testing

@Suite struct EdgeRuntimeTests {}
