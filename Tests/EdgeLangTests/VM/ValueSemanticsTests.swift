@testable import EdgeLang
import Testing

/// Lists and records are values: whoever holds one keeps it as it was, whatever others do.
@Suite struct ValueSemanticsTests {
    @Test(arguments: [
        ("var a = [1]\nvar b = a\nb[0] = 2\nprint(a, b)", "[1] [2]\n"),
        ("var a = {x: [1]}\nvar b = a\nb.x[0] = 2\nprint(a, b)", "{x: [1]} {x: [2]}\n"),
        ("var a = [1]\nlet b = [a, a]\na[0] = 2\nprint(a, b)", "[2] [[1], [1]]\n"),
        ("var a = [[1]]\nlet row = a[0]\na[0][0] = 2\nprint(a, row)", "[[2]] [1]\n"),
        ("var a = [1]\nlet f = () => a\na[0] = 2\nlet b = f()\na[0] = 3\nprint(a, b)", "[3] [2]\n"),
        ("fn id(p) { p }\nvar a = [1]\nvar b = id(a)\nb[0] = 2\nprint(a, b)", "[1] [2]\n"),
        ("var a = [1]\nfn change() { a[0] = 2 }\nfn see(p) { change()\n p }\nprint(see(a), a)", "[1] [2]\n"),
        ("var a = [[1]]\nfn change() { a[0][0] = 2 }\nfn see(p) { change()\n p }\nprint(see(a[0]), a)", "[1] [[2]]\n"),
        (
            "var a = [1, 2, 3]\nfor x in a { a[2] = 9\n a = push(a, x)\n print(x) }\nprint(a)",
            "1\n2\n3\n[1, 2, 9, 1, 2, 3]\n"
        ),
        ("fn make() { [1] }\nvar a = make()\na[0] = 2\nprint(a, make())", "[2] [1]\n"),
        ("fn f(p = [1]) { var q = p\n q[0] += 1\n q }\nprint(f(), f())", "[2] [2]\n"),
        ("var a = [1]\nvar b = push(a, 2)\nb[0] = 9\nprint(a, b)", "[1] [9, 2]\n"),
        ("var a = [1]\na = push(a, a)\na[1][0] = 5\nprint(a)", "[1, [5]]\n"),
        ("var a = [1]\na += a\na[0] = 7\nprint(a)", "[7, 1]\n"),
        ("var a = [3, 1, 2]\nlet b = sort(a)\nprint(a, b)", "[3, 1, 2] [1, 2, 3]\n"),
        ("var a = [1]\nlet b = match a { [x] if { a[0] = 5\n false } => 0, y => y }\nprint(a, b)", "[5] [1]\n"),
        ("var a = [1]\nlet b = [a, { a[0] = 2\n 0 }]\nprint(a, b)", "[2] [[1], 0]\n"),
        ("fn f() { var a = [1]\n defer { a[0] = 2 }\n a }\nprint(f())", "[1]\n"),
        ("var r = {a: 1}\nlet s = {...r, b: r}\nr.a = 2\nprint(r, s)", "{a: 2} {a: 1, b: {a: 1}}\n"),
        (
            "let rows = [{x: 1}, {x: 2}]\nvar big = filter(rows, r => r.x > 1)\nbig[0].x = 5\nprint(rows, big)",
            "[{x: 1}, {x: 2}] [{x: 5}]\n"
        ),
    ])
    func holdersKeepTheirValue(_ text: String, _ expected: String) {
        #expect(output(of: text) == expected)
    }

    /// Random programs of copies and updates against a plain evaluator whose every value is a Swift value.
    @Test(arguments: 0..<40)
    func randomUpdatesAgreeWithAPlainModel(_ seed: Int) {
        var random = RandomSource(seed: UInt64(seed))
        var model: [PlainValue] = [.list([.int(1), .list([.int(2)])]), .list([]), .list([.int(3)])]
        var text = "var v0 = [1, [2]]\nvar v1 = []\nvar v2 = [3]\nfn same(p) { p }\n"
        // Half of the programs reach their variables from a function too, which puts them into boxes.
        if seed % 2 == 1 { text += "fn touch() { v0 = v0\n v1 = v1\n v2 = v2 }\n" }
        for step in 0..<60 {
            let target = Int.random(in: 0..<3, using: &random)
            let source = Int.random(in: 0..<3, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0:
                text += "v\(target) = v\(source)\n"
                model[target] = model[source]
            case 1:
                text += "v\(target) = push(v\(target), v\(source))\n"
                guard weight(model[target]) + weight(model[source]) < 200 else { return }
                model[target] = .list(elements(model[target]) + [model[source]])
            case 2:
                text += "v\(target) += [\(step)]\n"
                model[target] = .list(elements(model[target]) + [.int(step)])
            case 3:
                text += "v\(target) = same(v\(source))\n"
                model[target] = model[source]
            case 4:
                guard !elements(model[target]).isEmpty else { continue }
                text += "v\(target)[0] = \(step)\n"
                var list = elements(model[target])
                list[0] = .int(step)
                model[target] = .list(list)
            case 5:
                guard let path = innerList(model[target]) else { continue }
                text += "v\(target)[\(path)] += [\(step)]\n"
                var list = elements(model[target])
                list[path] = .list(elements(list[path]) + [.int(step)])
                model[target] = .list(list)
            default:
                guard let path = innerList(model[source]) else { continue }
                text += "v\(target) = v\(source)[\(path)]\n"
                model[target] = elements(model[source])[path]
            }
        }
        text += "print(v0)\nprint(v1)\nprint(v2)\n"
        let expected = model.map { show($0) + "\n" }.joined()
        #expect(output(of: text) == expected, "\(text)")
        let stressed = Interpreter()
        stressed.isStressed = true
        #expect(output(of: text, stressed) == expected)
    }

    private func elements(_ value: PlainValue) -> [PlainValue] {
        if case .list(let elements) = value { elements } else { [] }
    }

    private func innerList(_ value: PlainValue) -> Int? {
        elements(value).firstIndex { if case .list = $0 { true } else { false } }
    }

    private func weight(_ value: PlainValue) -> Int { elements(value).reduce(1) { $0 + weight($1) } }

    private func show(_ value: PlainValue) -> String {
        switch value {
        case .int(let number): "\(number)"
        case .list(let elements): "[" + elements.map(show).joined(separator: ", ") + "]"
        default: "?"
        }
    }
}
