import Testing

@testable import EdgeLang

@Suite struct ParserTests {
    /// The tree of a text that must be without errors.
    private func tree(_ text: String, isPrompt: Bool = false) -> String {
        let result = Parser.parse(
            SourceFile(name: "test", text: text), as: FileID(0), options: ParserOptions(isPrompt: isPrompt))
        return result.isValid
            ? TreeText.of(result.program)
            : result.diagnostics.map { "\($0.code.rawValue) \($0.message)" }.joined(separator: "\n")
    }

    @Test(arguments: [
        ("1 + 2 * 3", "(+ 1 (* 2 3))"),
        ("(1 + 2) * 3", "(* (+ 1 2) 3)"),
        ("2 ** 3 ** 2", "(** 2 (** 3 2))"),
        ("-2 ** 2", "(- (** 2 2))"),
        ("2 ** -1", "(** 2 -1)"),
        ("10 - 4 - 3", "(- (- 10 4) 3)"),
        ("7 // 2 % 3", "(% (// 7 2) 3)"),
        ("not a == b", "(not (== a b))"),
        ("a and b or c and d", "(or (and a b) (and c d))"),
        ("x in 1..5", "(in x (.. 1 5))"),
        ("x not in xs", "(not (in x xs))"),
        ("1 + 1..=n - 1", "(..= (+ 1 1) (- n 1))"),
        ("a & 1 == 0", "(== (& a 1) 0)"),
        ("1 << 2 + 3", "(<< 1 (+ 2 3))"),
        ("a | b ^ c & d", "(| a (^ b (& c d)))"),
        ("a ?? b ?? c", "(?? (?? a b) c)"),
        ("x |> f ?? 0", "(?? (call f x) 0)"),
        ("~a", "(~ a)"),
    ])
    func operatorsBindAsInTheTable(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("x |> f", "(call f x)"),
        ("x |> f()", "(call f x)"),
        ("x |> f(1, k: 2)", "(call f x 1 k: 2)"),
        ("x |> f |> g(1)", "(call g (call f x) 1)"),
        ("x |> f(1, _)", "(call f 1 x)"),
        ("x |> f(k: _)", "(call f k: x)"),
        ("x |> f(_ + 1)", "{(let (piped value) x); (call f (+ (piped value) 1))}"),
        ("x |> f(a, _)", "{(let (piped value) x); (call f a (piped value))}"),
        ("x |> m.f(1)", "(call (. m f) x 1)"),
        ("x |> f(1).size", "(. (call f x 1) size)"),
        ("x |> _.size", "{(let (piped value) x); (. (piped value) size)}"),
        ("x |> (y => y + 1)", "(call (y => {(+ y 1)}) x)"),
        ("1 + x |> f", "(call f (+ 1 x))"),
        ("x |> f > 3", "(> (call f x) 3)"),
        ("x\n  |> f()\n  .size", "(. (call f x) size)"),
        ("x |> f(y |> g(_, 1))", "(call f x (call g y 1))"),
    ])
    func pipesPutTheValueIntoTheCall(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("{}", "(record )"),
        ("{a: 1, \"b c\": 2}", "(record a: 1, b c: 2)"),
        ("{...r, k: 1}", "(record ...r, k: 1)"),
        ("{ 1 }", "{1}"),
        ("{\n let a = 1\n a\n}", "{(let a 1); a}"),
        ("if a {}", "(if a {})"),
        ("x => {}", "(x => {(record )})"),
        ("x => { y }", "(x => {y})"),
        ("{if: 1, in: 2}", "(record if: 1, in: 2)"),
        ("[1, ...xs, 2,]", "[1 ...xs 2]"),
    ])
    func bracesOpenRecordsOrBlocks(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("xs[1]", "(at xs 1)"), ("xs[a..b]", "(slice xs a b)"), ("xs[..b]", "(slice xs - b)"),
        ("xs[a..]", "(slice xs a -)"), ("xs[..]", "(slice xs - -)"), ("xs[1..=2]", "(slice xs 1 =2)"),
        ("xs[(1..2)]", "(at xs (.. 1 2))"), ("m[1][2].x", "(. (at (at m 1) 2) x)"),
        ("r.in.match", "(. (. r in) match)"), ("f(in: 3, x)", "E0130 argument without a label behind one with a label"),
    ])
    func postfixesFollowTheirOperand(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("a\nb", "a; b"),
        ("a;b;", "a; b"),
        ("a\n[1]", "a; [1]"),
        ("a\n(b)", "a; b"),
        ("a\n- b", "a; (- b)"),
        ("a +\nb", "(+ a b)"),
        ("a\n  .b", "(. a b)"),
        ("a\n  ?? b", "(?? a b)"),
        ("(a\n+ b)", "(+ a b)"),
        ("f(\n1,\n2\n)", "(call f 1 2)"),
        ("if a { b }\nelse { c }", "(if a {b} else {c})"),
        ("try { a }\ncatch e { b }", "(try {a} e {b})"),
        ("f(x => {\n a\n b\n})", "(call f (x => {a; b}))"),
        ("[\n{ a\n b }]", "[{a; b}]"),
        ("return\n1", "(return); 1"),
        ("# comment\na # more\n\n\nb", "a; b"),
    ])
    func newlinesEndStatementsOutsideOfBrackets(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        (
            "fn f(a, b: int = 3, *, c: duration = 5s, d) -> list { a }",
            "(fn f (a, b: int = 3, *, c: duration = 5.0<time>, d -> list => {a}))"
        ),
        ("fn f(x: int | float?, y: string?) {}", "(fn f (x: int|float|null, y: string|null => {}))"),
        ("() => 1", "( => {1})"),
        ("(a, b = 2) => a", "(a, b = 2 => {a})"),
        ("let f = x => y => x", "(let f (x => {(y => {x})}))"),
        ("([k, v]) => k", "((parameter 1) => {(let [k v] (parameter 1)); k})"),
        ("_ => 1", "((parameter 1) => {1})"),
        ("fn (x) { x }", "(x => {x})"),
        ("x => y = 1", "(x => {(= y 1)})"),
        ("defer close(f)", "(defer {(call close f)})"),
        ("test \"t\" { a }", "(test \"t\" {a})"),
        ("let test = 1", "(let test 1)"),
        ("test(1)", "(call test 1)"),
        ("export let a = 1\nexport fn f() {}", "(export let a 1); (export fn f ( => {}))"),
        ("import \"./x/tools.edge\"\nimport \"std/a\" as b", "(import \"./x/tools.edge\" tools); (import \"std/a\" b)"),
    ])
    func functionsAndDeclarationsAreRead(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("match x { 1 => a, 2 | 3 => b\n _ => c }", "(match x 1 => a, 2|3 => b, _ => c)"),
        ("match x { n if n > 3 => n }", "(match x n if (> n 3) => n)"),
        (
            "match x { 1..5 => a, 5..=9 => b, ..0 => c, 10.. => d }",
            "(match x 1..5 => a, 5..=9 => b, ..0 => c, 10.. => d)"
        ),
        ("match x { [] => a, [h, ...t] => h, [..., l] => l }", "(match x [] => a, [h ...t] => h, [... l] => l)"),
        ("match x { {kind: \"a\", v} => v, {...r} => r }", "(match x {kind: \"a\", v: v} => v, {...r} => r)"),
        (
            "match x { -1 => a, -5ms..5ms => b, null => c, true => d }",
            "(match x -1 => a, -0.005<time>..0.005<time> => b, null => c, true => d)"
        ),
        ("match x { 1 => y = 2\n _ => {} }", "(match x 1 => {(= y 2)}, _ => (record ))"),
        ("let [a, {b, c: d}, ...r] = x", "(let [a {b: b, c: d} ...r] x)"),
        ("for [i, x] in xs { }", "(for [i x] xs {})"),
        ("let _ = f()", "(let _ (call f))"),
    ])
    func patternsAreRead(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("x = 1", "(= x 1)"), ("x += 1", "(+= x 1)"), ("xs[0] = 1", "(= xs[0] 1)"), ("r.a.b //= 2", "(//= r.a.b 2)"),
        ("m[i][j].k **= 2", "(**= m[i][j].k 2)"), ("x <<= 1", "(<<= x 1)"), ("x ^= 1", "(^= x 1)"),
    ])
    func assignmentsAreRead(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test(arguments: [
        ("\"a\\(x)b\"", "(text \"a\" x \"b\")"),
        ("\"\\(\"in \\(y) er\")\"", "(text (text \"in \" y \" er\"))"),
        ("\"\\((1 + 2) * 3)\"", "(text (* (+ 1 2) 3))"),
        ("\"\\(f({a: 1}))\"", "(text (call f (record a: 1)))"),
        ("r\"a\\(x)\\n\"", "\"a\\(x)\\n\""),
        ("\"tab\\t\\u{E9}\\\"\"", "\"tab\té\"\""),
        ("\"\"\"\n    a\n      b\n\n    c\n    \"\"\"", "\"a\n  b\n\nc\""),
        ("\"\"\"one \"line\" \"\"\"", "\"one \"line\" \""),
        ("\"\"\"\n  \\(x)\n  y\n  \"\"\"", "(text x \"\ny\")"),
        ("hex\"0103 0000 0a\"", "<1 3 0 0 a>"),
    ])
    func stringsAreRead(_ text: String, _ expected: String) {
        #expect(tree(text) == expected)
    }

    @Test func aClosureKnowsTheNameOfItsVariable() throws {
        let result = Parser.parse(SourceFile(name: "t", text: "let double = x => x * 2"), as: FileID(0))
        guard case .let(let node) = result.program.body.statements[0].kind,
            case .function(let function) = node.value.kind
        else { throw Unexpected() }
        #expect(function.name == "double")
    }

    @Test func docCommentsStayWithTheirDeclaration() throws {
        let text =
            "## About the file.\n\n## Doubles.\n## Twice.\nexport fn double(x) { x * 2 }\n### ruler\nlet y = 1 ## behind"
        let program = Parser.parse(SourceFile(name: "t", text: text), as: FileID(0)).program
        #expect(program.documentation == "About the file.")
        guard case .function(let node) = program.body.statements[0].kind,
            case .let(let other) = program.body.statements[1].kind
        else { throw Unexpected() }
        #expect(node.documentation == "Doubles.\nTwice.")
        #expect(other.documentation == nil)
    }

    @Test func atThePromptALineMayBeginWithAPipe() {
        #expect(tree("|> f(1)", isPrompt: true) == "(call f (last) 1)")
        #expect(tree("_ + 1", isPrompt: true) == "(+ (last) 1)")
        #expect(tree("|> f(1)").hasPrefix("E0135"))
    }

    struct Unexpected: Error {}
}
