import EdgeLang
import Testing

@Suite struct EdgeLangTests {}
