import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// The style, case by case.
@Suite struct FormatterTests {
    private func format(_ text: String, width: Int = 40) throws -> String {
        try EdgeLang.Formatter(width: width).format(SourceFile(name: "t", text: text))
    }

    /// Every file under these folders is in the style. Specs, goldens and fuzz corpora are laid out as their purpose asks.
    @Test(arguments: ["examples", "stdlib"])
    func theRepositoryIsFormatted(folder: String) throws {
        let files = FileManager.default.enumerator(atPath: PackageRoot.file(folder))?.compactMap { $0 as? String } ?? []
        var count = 0
        for file in files.sorted() where file.hasSuffix(".edge") {
            count += 1
            let text = try String(contentsOfFile: PackageRoot.file("\(folder)/\(file)"), encoding: .utf8)
            let formatted = try format(text, width: EdgeLang.Formatter.defaultWidth)
            #expect(formatted == text, "\(folder)/\(file): run `edgesh fmt \(folder)`")
        }
        #expect(count >= 5)
    }

    @Test(arguments: [
        ("let  x=1+2 *3", "let x = 1 + 2 * 3\n"),
        ("f( a,b :1 )", "f(a, b: 1)\n"),
        ("xs[ 1 .. 3 ]", "xs[1..3]\n"),
        ("[ 1,2 ]", "[1, 2]\n"),
        ("{ a : 1 , ...b }", "{a: 1, ...b}\n"),
        ("let f=(a,b)=>a", "let f = (a, b) => a\n"),
        ("x|>f|>g(1)", "x |> f |> g(1)\n"),
        ("- x - -y ** -2", "-x - -y ** -2\n"),
        ("not( a )and b not  in c", "not (a) and b not in c\n"),
        ("fn f(a:int|null=1,*,b:string ?)->list{a}", "fn f(a: int | null = 1, *, b: string?) -> list { a }\n"),
        ("return_value(fn (x){x})", "return_value(fn(x) { x })\n"),
        ("for [a,b]in xs{f(a)}", "for [a, b] in xs { f(a) }\n"),
        ("if a{1}else if b{2}else{3}", "if a { 1 } else if b { 2 } else { 3 }\n"),
        ("try{f()}catch e{g(e)}", "try { f() } catch e { g(e) }\n"),
        ("match x{1|2=>a,..5=>b;{k,...}=>c}", "match x { 1 | 2 => a, ..5 => b, {k, ...} => c }\n"),
        ("let a = 1; let b = 2", "let a = 1\nlet b = 2\n"),
        ("fn f() { return -1 }", "fn f() { return -1 }\n"),
        ("x.match.if(1)", "x.match.if(1)\n"),
        ("test \"a\"{expect(x)}", "test \"a\" { expect(x) }\n"),
        ("import   \"./a.edge\"  as b", "import \"./a.edge\" as b\n"),
        ("", ""), ("\n\n", ""), ("# only", "# only\n"),
    ])
    func spacesAreOfOneKind(source: String, expected: String) throws {
        #expect(try format(source, width: 100) == expected)
    }

    @Test(arguments: [
        "0xFF", "0b10_10", "1_000_000", "1.50e-3", "5ms", "1_024KiB", #"r"C:\new""#, #"hex"0103  000A""#,
        #""a\u{41}\("b" + str( 1 ))""#, "\"\"\"\n    one\n      two  \n    \"\"\"",
    ])
    func literalsStayAsTheyAreWritten(_ literal: String) throws {
        #expect(try format("let  x =  \(literal)") == "let x = \(literal)\n")
    }

    @Test func whatDoesNotFitIsBrokenElementByElement() throws {
        #expect(
            try format("let limits = {lowest: 10, highest: 20, of: \"pump 4\"}") == """
                let limits = {
                  lowest: 10,
                  highest: 20,
                  of: "pump 4",
                }

                """)
        #expect(
            try format("read(device, tag.point, as: form, order: order, scale: 1)") == """
                read(
                  device,
                  tag.point,
                  as: form,
                  order: order,
                  scale: 1,
                )

                """)
    }

    @Test func aLongPipeHasAStageALine() throws {
        #expect(
            try format("let small = base |> prune(ratio: 0.5) |> quantize(bits: 8)") == """
                let small = base
                  |> prune(ratio: 0.5)
                  |> quantize(bits: 8)

                """)
    }

    @Test func aClosureAtTheEndKeepsItsCallTogether() throws {
        #expect(
            try format("let xs = build(400, hour => { let power = at(hour)\n power * 2 })") == """
                let xs = build(400, hour => {
                  let power = at(hour)
                  power * 2
                })

                """)
    }

    @Test func operatorsEndLines() throws {
        #expect(
            try format("let is_failing = hour >= failure and hour < failure + 5") == """
                let is_failing = hour >= failure and
                  hour < failure + 5

                """)
    }

    @Test func aChoiceIsBrokenAsAWhole() throws {
        #expect(
            try format("let state = if temp > 70 { \"hot\" } else if temp > 50 { \"warm\" } else { \"ok\" }") == """
                let state = if temp > 70 {
                  "hot"
                } else if temp > 50 {
                  "warm"
                } else {
                  "ok"
                }

                """)
    }

    @Test func whatWasWrittenOnSeveralLinesStaysSo() throws {
        let text = """
            fn f(x) {
              x + 1
            }
            let xs = [
              1,
              2,
            ]
            [3, 1]
              |> sort

            """
        #expect(try format(text) == text)
    }

    @Test func commentsStayWhereTheyStand() throws {
        let text = """
            #!/usr/bin/env edgesh
            ## What the file is.

            # Above.
            let a = 1 # behind
            let xs = [ # the first
              # of its own
              1, # one

              2, # two
              # at the end
            ]
            f(
              x, # an argument
            )
            match x {
              # an arm
              1 => a
              _ => b # the rest
            }
            xs
              # a stage
              |> sort
            # last

            """
        #expect(try format(text) == text)
    }

    @Test func emptyLinesAreKeptButNotTwoOfThem() throws {
        #expect(try format("\n\na\n\n\n\nb\nc\n\n") == "a\n\nb\nc\n")
        #expect(try format("f(x => {\n\n  a\n\n  b\n\n})") == "f(x => {\n  a\n\n  b\n})\n")
    }

    @Test func listsOfManyNumbersAreFilled() throws {
        #expect(
            try format("let xs = [\(Array(repeating: "100", count: 12).joined(separator: ","))]") == """
                let xs = [
                  100, 100, 100, 100, 100, 100, 100,
                  100, 100, 100, 100, 100,
                ]

                """)
    }

    @Test func windowsLineEndsBecomeUnixOnes() throws {
        #expect(
            try format("a # c\r\nlet t = \"\"\"\r\n  x\r\n  \"\"\"\r\n") == "a # c\nlet t = \"\"\"\n  x\n  \"\"\"\n")
    }

    @Test func aTextThatDoesNotParseIsRefused() {
        #expect {
            try format("let = 5")
        } throws: { error in
            guard case EdgeLang.Formatter.Failure.syntax(let diagnostics)? = error as? EdgeLang.Formatter.Failure else {
                return false
            }
            return diagnostics.contains { $0.severity == .error }
        }
    }

    @Test func deepProgramsAreFormattedInTime() throws {
        let depth = 60
        let text = String(repeating: "f(x => [", count: depth) + "1" + String(repeating: "])", count: depth)
        #expect(try format(text).split(separator: "1").count == 2)
        let chain = Array(repeating: "value", count: 400).joined(separator: " + ")
        #expect(try format(chain).split(separator: "\n").count == 400)
    }
}
