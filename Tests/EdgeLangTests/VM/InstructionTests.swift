import Testing

@testable import EdgeLang

/// Every way an instruction can take: what the loop does itself, what it leaves to others, and what stands in a cache when things change.
@Suite struct InstructionTests {
    private func expect(_ text: String, _ expected: String, _ location: SourceLocation) {
        #expect(output(of: text) == expected, sourceLocation: location)
        let stressed = Interpreter()
        stressed.isStressed = true
        #expect(output(of: text, stressed) == expected, "under stress", sourceLocation: location)
    }

    // MARK: Numbers

    @Test(arguments: [
        "m + 1", "m + one", "one + m", "m - -1", "m * 2", "m * two", "0 - m - 2", "-m - 2", "m - (0 - one)",
        "{ var x = m\n x += one\n x }", "{ var x = m\n x += 1\n x }", "{ var r = {x: m}\n r.x += one\n r.x }",
        "{ var r = {x: -m}\n r.x -= two\n r.x }", "{ var xs = [m]\n xs[0] += one\n xs[0] }",
        "{ var xs = [-m]\n xs[0] -= two\n xs[0] }", "{ var xs = [m]\n xs[0] *= two\n xs[0] }",
        "9223372036854775807 + 1", "9223372036854775807 * 2",
    ])
    func intsDoNotWrap(_ expression: String) {
        let text =
            "fn f(m, one, two) { \(expression) }\nprint(try { f(9223372036854775807, 1, 2) } catch e { e.message })"
        #expect(output(of: text) == "\(RuntimeError.integerOverflow.diagnostic.message)\n")
    }

    @Test func intsAndFloatsMix() {
        let text = """
            fn f(i, x) { [i + x, x + i, i - x, x - i, i * x, x * i, i / x, x / i, x + 1, x - 1, x * 2, 1 + x, x + 0.5, i + 0.5, i * 0.5, i / 2, i / i] }
            print(f(3, 1.5))
            fn g(i, x) {
              var a = i
              a += x
              var r = {a: i}
              r.a += x
              r.a -= i
              var xs = [x]
              xs[0] += i
              [a, r.a, xs[0], i < x, x < i, i <= x, x <= i, i == x, x == 1.5, i != 3.0, x > 1, x >= 2, -x, -i]
            }
            print(g(3, 1.5))
            """
        expect(
            text,
            "[4.5, 4.5, 1.5, -1.5, 4.5, 4.5, 2.0, 0.5, 2.5, 0.5, 3.0, 2.5, 2.0, 3.5, 1.5, 1.5, 1.0]\n"
                + "[4.5, 1.5, 4.5, false, true, false, true, false, true, false, true, false, -1.5, -3]\n",
            #_sourceLocation)
    }

    @Test func divisionByZeroIsAnErrorForIntsAlone() {
        let text = """
            fn f(i, x, zero) {
              print(try { i / zero } catch e { e.message }, try { i // zero } catch e { e.message }, try { i % zero } catch e { e.message })
              print(try { i // 0 } catch e { e.message }, x / zero, x / 0, try { 1 / 0 } catch e { e.message })
            }
            f(1, 1.0, 0)
            """
        let message = RuntimeError.divisionByZero.diagnostic.message
        expect(text, "\(message) \(message) \(message)\n\(message) inf inf \(message)\n", #_sourceLocation)
    }

    /// Division by a literal is done by multiplication, shift or mask; by a variable it is a division.
    @Test(arguments: [
        1, 2, 3, 5, 7, 8, 10, 97, 255, 256, 1000, 4096, 65537, 1_000_003, 4_194_304, 8_388_607, 8_388_608,
    ])
    func divisionByALiteralIsDivision(_ divisor: Int) {
        let numbers = [
            0, 1, 2, 6, 7, 96, 97, 98, 999, 1_000_002, 1_000_003, 16_777_215, 2_147_483_647, 4_294_967_294,
            4_294_967_295,
            4_294_967_296, 4_294_967_297, 1 << 40, Int.max, -1, -2, -7, -97, -4_294_967_296, -Int.max,
        ]
        let text = """
            fn f(n) { "\\(n // \(divisor)) \\(n % \(divisor))" }
            for n in [\(numbers.map(String.init).joined(separator: ", "))] { print(f(n)) }
            """
        let expected = numbers.map { number -> String in
            var (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
            if rest < 0 { (quotient, rest) = (quotient - 1, rest + divisor) }
            return "\(quotient) \(rest)\n"
        }
        #expect(output(of: text) == expected.joined())
    }

    @Test func divisionByALiteralTakesOtherNumbersToo() {
        let text =
            "fn f(n) { [n // 7, n % 7, n // 8, n % 8, n * 3] }\nprint(f(20.5), try { f(\"x\") } catch e { e.message })"
        expect(text, "[2.0, 6.5, 2.0, 4.5, 61.5] `//` is not defined for string and int\n", #_sourceLocation)
    }

    @Test func nothingComparesWithNaN() {
        let text = """
            fn f(n, x) {
              var said = []
              if n < 1 { said = push(said, "a") }
              if n >= 1 { said = push(said, "b") }
              if not (n < 1) { said = push(said, "c") }
              if not (n > 1) { said = push(said, "d") }
              if n == 1 { said = push(said, "e") }
              if n != 1 { said = push(said, "f") }
              if n < x { said = push(said, "g") }
              if not (n <= x) { said = push(said, "h") }
              if n == n { said = push(said, "i") }
              said
            }
            print(f(sqrt(-1), 0.0), f(sqrt(-1), 1))
            """
        expect(
            text, "[\"c\", \"d\", \"f\", \"h\"] [\"c\", \"d\", \"f\", \"h\"]\n", #_sourceLocation)
    }

    @Test func ordersAndConditionsOfOtherTypesAreErrors() {
        let text = """
            fn f(a, b) { if a < b { 1 } else { 2 } }
            fn g(a) { if a < 3 { 1 } else { 2 } }
            fn h(a) { if a { 1 } else { 2 } }
            print(f("a", "b"), try { f("a", 1) } catch e { e.message }, try { g(null) } catch e { e.message }, try { h(1) } catch e { e.message })
            print(g("a" == "a" and 1 or false))
            """
        #expect(
            output(of: text).hasPrefix("1 cannot order string and int cannot order null and int a condition must be"))
    }

    @Test func literalsAreComputedBeforeTheRunWhereTheyCanBe() {
        let text = """
            let day = 24 * 60 * 60
            let small = 1.5 * 2 - 4 / 8
            fn never() { 9223372036854775807 + 1 }
            fn half() { 1 // 0 }
            print(day, small, -(2 + 3), 2s * 3, 10 % (2 + 1), if day > 1000 * 80 { "long" } else { "short" })
            """
        expect(text, "86400 2.5 -5 6s 1 long\n", #_sourceLocation)
    }

    // MARK: Fields and elements

    @Test func aFieldIsFoundInRecordsOfAnyShape() {
        let text = """
            fn x(r) { r.x }
            fn first(rs, i) { rs[i].x }
            var wide = {x: 7}
            for i in 0..40 { wide["k\\(i)"] = i }
            let rs = [{x: 1}, {y: 0, x: 2}, {x: 3, y: 0}, wide, {x: 4}]
            print(map(rs, x), map(0..5, i => first(rs, i)), first(rs, -1))
            print(try { x({y: 1}) } catch e { e.message }, try { x(3) } catch e { e.message }, try { first(rs, 9) } catch e { e.message })
            print(try { fail("no") } catch e { x({x: e}).message })
            """
        expect(
            text,
            "[1, 2, 3, 7, 4] [1, 2, 3, 7, 4] 4\nthe record has no field `x` a value of type int has no field `x` "
                + "index 9 is out of range: the list has 5 elements\nno\n", #_sourceLocation)
    }

    @Test func aFieldIsSetInRecordsOfAnyShape() {
        let text = """
            fn set(r, v) {
              var own = r
              own.x = v
              own.n += 1
              own.n -= 3
              own
            }
            var wide = {n: 0}
            for i in 0..40 { wide["k\\(i)"] = i }
            let rs = [{n: 1}, {n: 2, x: 0}, {x: 0, n: 2.5}, {y: 0, n: 1}]
            print(map(rs, r => set(r, 5)), rs, set(wide, 9).x, set(wide, 9).n, "x" in wide)
            print(try { set({x: 1}, 1) } catch e { e.message }, try { set(4, 1) } catch e { e.message })
            print(try { set({n: "a"}, 1) } catch e { e.message })
            """
        expect(
            text,
            "[{n: -1, x: 5}, {n: 0, x: 5}, {x: 5, n: 0.5}, {y: 0, n: -1, x: 5}] "
                + "[{n: 1}, {n: 2, x: 0}, {x: 0, n: 2.5}, {y: 0, n: 1}] 9 -2 false\n"
                + "the record has no field `n` cannot set a field of a value of type int\n"
                + "`+` is not defined for string and int\n", #_sourceLocation)
    }

    @Test func updatesInPlaceCopyWhatOthersHold() {
        let text = """
            fn f() {
              var a = [{v: 1, w: [1]}, {v: 2, w: [2]}]
              let b = a
              a[0].v += 10
              a[1].v -= 1
              a[1].w[0] += 5
              a[-1].w += [6]
              let c = a[0]
              a[0].v += 1
              var counts = {x: [0, 0]}
              let before = counts
              counts.x[1] += 2
              counts.x[1] *= 3
              counts["x"][0] -= 1
              [a, b, c, counts, before]
            }
            print(f())
            """
        expect(
            text,
            "[[{v: 12, w: [1]}, {v: 1, w: [7, 6]}], [{v: 1, w: [1]}, {v: 2, w: [2]}], {v: 11, w: [1]}, "
                + "{x: [-1, 6]}, {x: [0, 0]}]\n", #_sourceLocation)
    }

    @Test func updatesOfElementsThatAreNotThereAreErrors() {
        let text = """
            fn f(g) { try { g() } catch e { e.message } }
            var xs = [1, 2]
            var r = {a: 1}
            print(f(() => { xs[2] = 0 }), f(() => { xs[2] += 1 }), f(() => { xs["a"] += 1 }))
            print(f(() => { r["b"] += 1 }), f(() => { r.b.c = 1 }))
            r["b"] = 2
            print(r, xs[-1])
            """
        let expected = """
            index 2 is out of range: the list has 2 elements index 2 is out of range: the list has 2 elements \
            an index of a list must be an int, found string
            `+` is not defined for null and int the record has no field `b`
            {a: 1, b: 2} 2

            """
        expect(text, expected, #_sourceLocation)
    }

    // MARK: Built-in functions that are instructions

    @Test func pushTakesWhateverHoldsTheList() {
        let text = """
            var shown = []
            fn add(x) { shown = push(shown, x) }
            for i in 0..5 { add(i) }
            fn local() {
              var xs = []
              for i in 0..40 { xs = push(xs, [i]) }
              let held = xs
              xs = push(xs, xs)
              xs[0][0] = 9
              let inner = xs[1]
              xs = push(xs, inner)
              xs[1][0] = 8
              [len(xs), len(held), xs[0], held[0], xs[40][0], xs[1], xs[41], inner]
            }
            print(shown, local(), try { var n = 1
              n = push(n, 2) } catch e { e.message })
            """
        expect(
            text,
            "[0, 1, 2, 3, 4] [42, 40, [9], [0], [0], [8], [1], [1]] `push`: parameter `list` must be list, found int\n",
            #_sourceLocation)
    }

    @Test func lengthsAndRootsOfAllTheirTypes() {
        let text = """
            fn f(v) { len(v) }
            print(map([[1, 2], "grün", {a: 1}, 0..7, hex"0102"], f), try { f(1) } catch e { e.message })
            fn g(v) { sqrt(v) }
            print(g(16), g(2.25), g(-1), try { g("x") } catch e { e.message }, try { g(4s) } catch e { e.message })
            print(floor(2.5), floor(-2.5), ceil(2), try { floor(1e300) } catch e { e.code })
            """
        expect(
            text,
            "[2, 4, 1, 7, 2] `len`: parameter `value` must have elements, found int\n"
                + "4.0 1.5 nan `sqrt`: parameter `x` must be number, found string "
                + "`sqrt`: parameter `x` must be number, found duration\n2 -3 2 E0324\n", #_sourceLocation)
    }

    @Test func textsAreMadeOfAnything() {
        let text = """
            let big = repeat("x", 70000)
            print("\\(-9223372036854775807)|\\(0)|\\(-5)|\\("ü")|\\(1.5)|\\([1])|\\("")", len("\\(big)\\(1)é"))
            print(split("a;ü;c", ";"), split("", ","), split("a--b", "--"), split(repeat("a,", 300), ",") |> len)
            print(join(["a", "ü"], "-"), join([1, "b"], "-"), join([], "-"), join(["a"], ""), join(["a", "b"]))
            print(int("12"), int("-12"), int("0x1F"), try { int("1x") } catch e { e.message }, try { split("a", "") } catch e { e.message })
            """
        let expected = """
            -9223372036854775807|0|-5|ü|1.5|[1]| 70002
            ["a", "ü", "c"] [""] ["a", "b"] 301
            a-ü 1-b  a ab
            12 -12 31 "1x" is not the text of an int `split`: the separator is empty

            """
        expect(text, expected, #_sourceLocation)
    }

    @Test func spreadRecordsKeepTheirOwnValues() {
        let text = """
            var wide = {}
            for i in 0..31 { wide["k\\(i)"] = [i] }
            var a = {x: [1], y: 2}
            var b = {...a, y: 3}
            var c = {...a, ...b, z: 1}
            var d = {...wide, k0: 0}
            b.x[0] = 5
            d.k1[0] = 7
            wide["k31"] = 1
            wide["k32"] = 1
            wide["k33"] = 1
            let e = {...wide}
            print(a, b, c, d.k0, d.k1, wide.k0, wide.k1, len(e), {...{}})
            """
        expect(
            text, "{x: [1], y: 2} {x: [5], y: 3} {x: [1], y: 3, z: 1} 0 [7] [0] [1] 34 {}\n", #_sourceLocation)
    }

    // MARK: Calls and loops

    @Test func aVariableMayHoldDifferentFunctions() {
        let text = """
            fn twice(f, x) { f(f(x)) }
            fn named(x, by = 2) { x * by }
            print(map([x => x + 1, named, abs, (x, y = 3) => x + y], f => twice(f, -4)))
            print(try { twice((a, b) => a, 1) } catch e { e.code }, try { twice(3, 1) } catch e { e.message })
            """
        expect(text, "[-2, -16, 4, 2]\nE0313 a value of type int cannot be called\n", #_sourceLocation)
    }

    @Test func loopsCountTheirTurns() {
        var limits = Limits()
        limits.steps = 20_000
        for loop in [
            "while true { }", "var i = 0\nwhile i >= 0 { i += 1 }", "var i = 0\nwhile i != -1 { i += 1\n continue }",
            "for i in 0..100000000 { }",
            "while \"a\" == \"a\" { }", "let r = 0..100000000\nfor i in r { }", "while not (1.5 > 2) { }",
            "fn f() { f2() }\nfn f2() { 1 }\nvar go = true\nwhile go { f() }",
        ] {
            #expect(output(of: loop, limits: limits).hasPrefix("E0"), "\(loop)")
        }
        limits.steps = 1_000_000
        #expect(output(of: "var i = 0\nwhile i < 1000 { i += 1 }\nprint(i)", limits: limits) == "1000\n")
    }
}
