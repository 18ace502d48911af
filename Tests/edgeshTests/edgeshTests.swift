import Testing

@Suite struct EdgeshTests {}
