import EdgeCompression
import Testing

@Suite struct EdgeCompressionTests {}
