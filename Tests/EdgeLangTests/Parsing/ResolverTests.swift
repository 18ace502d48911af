import Testing

@testable import EdgeLang

/// What the compiler relies on: where variables live, what functions capture, how arguments meet parameters.
@Suite struct ResolverTests {
    private func resolve(_ text: String, _ options: ResolverOptions = .init()) -> (Program, Resolution, [Diagnostic]) {
        let parsed = Parser.parse(SourceFile(name: "t", text: text), as: FileID(0))
        let (resolution, diagnostics) = Resolver.resolve(parsed.program, options: options)
        return (parsed.program, resolution, parsed.diagnostics + diagnostics)
    }

    private func storage(of name: String, in text: String) -> BindingInfo.Storage? {
        let (_, resolution, diagnostics) = resolve(text)
        #expect(diagnostics.isEmpty)
        return resolution.bindings.first { $0.name == name }?.storage
    }

    @Test(arguments: [
        ("let x = 1\nlet f = () => x", BindingInfo.Storage.register),
        ("var x = 1\nlet f = () => x\nx = 2", .box),
        ("var x = 1\nlet f = () => { x = 2 }", .box),
        ("var x = 1\nx = 2", .register),
        ("fn f() { x }\nlet x = 1", .boxFromBlockEntry),
        ("let x = 1\nfn f() { x }", .register),
        ("let x = 1\nf()\nfn f() { x }", .boxFromBlockEntry),
        ("let g = () => x()\nlet x = () => 1", .boxFromBlockEntry),
        ("let x = n => n + x(n)", .register),
        ("for x in [1] { let f = () => x }", .register),
        ("fn g(x) { () => x }", .register),
    ])
    func variablesLiveInBoxesOnlyWhereTheyMust(_ text: String, _ expected: BindingInfo.Storage) {
        #expect(storage(of: "x", in: text) == expected)
    }

    @Test func functionsThatCaptureNothingAreConstants() {
        let (program, resolution, _) = resolve(
            "fn even(n) { if n == 0 { true } else { odd(n - 1) } }\nfn odd(n) { if n == 0 { false } else { even(n - 1) } }\neven(3)"
        )
        #expect(!resolution.functions.contains { !$0.isStatic })
        #expect(program.functionCount == 3)
        #expect(resolution.names.contains(.function(FunctionID(1))))
        #expect(resolution.names.contains(.function(FunctionID(2))))
    }

    @Test func aFunctionCallsItselfWithoutCapturing() {
        let (_, resolution, _) = resolve("let k = 1\nfn f(n) { f(n - k) }")
        #expect(resolution.names.contains(.currentFunction))
        #expect(resolution[FunctionID(1)].captures.count == 1)
    }

    @Test func capturesPassThroughTheFunctionsBetween() {
        let (_, resolution, _) = resolve("fn f(a) { () => () => a }")
        let inner = resolution[FunctionID(3)].captures
        let middle = resolution[FunctionID(2)].captures
        #expect(inner.map(\.source) == [.captured(0)])
        #expect(middle.map(\.source) == [.local(BindingID(1))])
        #expect(resolution[FunctionID(1)].captures.isEmpty)
    }

    @Test func aFunctionUsedEarlierIsHoistedWithWhatItCalls() {
        let (_, resolution, diagnostics) = resolve("var k = 1\na()\nfn b() { k }\nfn a() { b() + k }\nk = 2")
        #expect(diagnostics.isEmpty)
        for name in ["a", "b"] { #expect(resolution.bindings.first { $0.name == name }?.isHoisted == true) }
        #expect(resolution.bindings.first { $0.name == "k" }?.storage == .boxFromBlockEntry)
    }

    @Test func labelsBecomePositions() {
        let (_, resolution, diagnostics) = resolve("fn f(a, b = 2, *, c = 3, d) { a }\nf(1, d: 4, b: 5)")
        #expect(diagnostics.isEmpty)
        #expect(resolution.calls[0].target == .function(FunctionID(1)))
        #expect(resolution.calls[0].arguments == [.argument(0), .argument(2), .omitted, .argument(1)])
    }

    @Test func variadicParametersTakeWhatIsLeft() {
        let print = Signature(
            name: "print",
            parameters: [
                ParameterSignature(name: "values", isRequired: false, isVariadic: true),
                ParameterSignature(name: "separator", isLabelOnly: true, isRequired: false, types: [.string]),
            ])
        let (_, resolution, diagnostics) = resolve(
            "print(1, 2, separator: \"-\", 3)", ResolverOptions(builtins: .init([print])))
        #expect(diagnostics.map(\.code) == ["E0130"])
        #expect(resolution.calls[0].arguments == [.variadic([0, 1, 3]), .argument(2)])
    }

    @Test func variablesOfThePromptOutliveTheirEntry() {
        let (_, first, _) = resolve("let x = 1\nfn f(a) { a + x }", ResolverOptions(declaresGlobals: true))
        #expect(first.declaredGlobals.map(\.name) == ["x", "f"])
        #expect(first.names.contains(.global("x")))
        let options = ResolverOptions(declaresGlobals: true, globals: first.declaredGlobals)
        #expect(resolve("let x = x + 1\nf(x)", options).2.isEmpty)
        #expect(resolve("f(1, 2)", options).2.map(\.code) == ["E0205"])
        #expect(resolve("x = 2", options).2.map(\.code) == ["E0202"])
    }

    @Test func slotsAreSharedByBlocksThatDoNotOverlap() {
        let (_, resolution, _) = resolve("if true { let a = 1 }\nif true { let b = 1 }\nlet c = 2")
        let slots = Dictionary(uniqueKeysWithValues: resolution.bindings.map { ($0.name, $0.slot) })
        #expect(slots["a"] == slots["b"])
        #expect(resolution[FunctionID.main].slotCount == 2)
    }

    @Test(arguments: [("quantise", "quantize"), ("tset", "test"), ("lenght", "length"), ("mdian", "median")])
    func misspelledNamesAreRecognised(_ written: String, _ meant: String) {
        #expect(Spelling.closest(to: written, among: ["quantize", "test", "length", "median", "x"]) == meant)
    }

    @Test func namesThatAreFarOffAreNotSuggested() {
        #expect(Spelling.closest(to: "x", among: ["y"]) == nil)
        #expect(Spelling.closest(to: "ab", among: ["cd", "ax"]) == nil)
        #expect(Spelling.closest(to: "temperature", among: ["pressure"]) == nil)
    }
}
