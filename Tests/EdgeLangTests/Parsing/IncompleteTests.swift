import Testing

@testable import EdgeLang

@Suite struct IncompleteTests {
    private func isIncomplete(_ text: String) -> Bool {
        Parser.parse(SourceFile(name: "t", text: text), as: FileID(0), options: ParserOptions(isPrompt: true))
            .isIncomplete
    }

    @Test(arguments: [
        "f(", "f(1,", "[1, 2", "{", "{a: 1,", "if x {", "fn f(x) {\n  x", "1 +", "x |>", "let y =", "not",
        "\"\"\"\nabc",
        "match x {\n 1 => 2", "try { f() }", "x =>", "a ??", "for x in", "\"\"\"\n\\(", "if x", "f(x => {\n a",
        "while true {",
        "xs[1..", "{...r",
    ])
    func anUnfinishedEntryAsksForMore(_ text: String) {
        #expect(isIncomplete(text))
    }

    @Test(arguments: [
        "", "1", "f()", "f)", "\"abc", "let = 3", "1 + * 2", "f(1 2", "if x { }", "\"\\(", "a b", "fn f( 1 }",
        "1 +\nlet",
    ])
    func aFinishedOrBrokenEntryDoesNot(_ text: String) {
        #expect(!isIncomplete(text))
    }
}
