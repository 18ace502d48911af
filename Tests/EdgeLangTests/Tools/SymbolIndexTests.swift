import Testing

@testable import EdgeLang

/// What editors are told about names.
@Suite struct SymbolIndexTests {
    private func index(_ text: String) -> SymbolIndex { SymbolIndex(FormatterPropertyTests.parse(text).program) }

    private func offset(_ mark: String, _ text: String, behind: Bool = false) throws -> Int {
        let place = try #require(text.ranges(of: mark).first)
        return text.utf8.distance(from: text.startIndex, to: behind ? place.upperBound : place.lowerBound)
    }

    /// The resolver, on which every run stands, is the judge.
    @Test func namesMeanWhatTheResolverSays() throws {
        var count = 0
        let builtins = BuiltinLibrary(CoreLibrary.chapters)
        for program in FormatterPropertyTests.programs {
            let parsed = FormatterPropertyTests.parse(program.text).program
            let options = ResolverOptions(builtins: BuiltinSignatures(builtins))
            let (resolution, _) = Resolver.resolve(parsed, options: options)
            let index = SymbolIndex(parsed)
            let targets = Dictionary(index.uses.map { ($0.span, $0.target) }) { first, _ in first }
            for statement in parsed.body.statements {
                TreeNode.statement(statement).walk { node in
                    guard case .expression(let expression) = node, case .name(let use) = expression.kind,
                        !use.name.hasPrefix("(")
                    else { return }
                    count += 1
                    let found = targets[use.span]
                    switch resolution[use.id] {
                    case .local(let id), .captured(_, let id):
                        #expect(found == .symbol(id), "\(program.name): \(use.name)")
                    case .function(let function):
                        let id = index.symbols.values.first { $0.function?.id == function }?.id
                        #expect(found == id.map { .symbol($0) }, "\(program.name): \(use.name)")
                    case .currentFunction:
                        guard case .symbol(let id)? = found else {
                            Issue.record("\(program.name): \(use.name)")
                            return
                        }
                        #expect(index.symbols[id]?.function != nil)
                    case .builtin, .unresolved: #expect(found == .outside, "\(program.name): \(use.name)")
                    case .global: Issue.record("a script has no globals")
                    }
                }
            }
        }
        #expect(count > 1000)
    }

    @Test func whatIsVisibleDependsOnThePlace() throws {
        let text = "let a = 1\nfn f(b) {\n  let c = b\n  here\n}\nlet d = 2\nthere\n"
        let found = index(text)
        #expect(found.visible(at: try offset("here", text)).map(\.name) == ["c", "b", "d", "f", "a"])
        #expect(Set(found.visible(at: try offset("there", text)).map(\.name)) == ["a", "f", "d"])
        #expect(found.visible(at: try offset("let d", text)).map(\.name) == ["f", "a"])
    }

    @Test func aTextInTheMiddleOfBeingTypedIsUnderstood() throws {
        let text = "let a = 1\nfn f(x) {\n  let y = x\n  print(y.\n}\nlet b = a\n"
        let found = index(text)
        #expect(found.symbols.values.contains { $0.name == "a" })
        #expect(found.uses.contains { $0.name == "a" })
    }

    @Test(arguments: [
        ("f(a, b|", "b", ["f"], 1, nil as String?), ("f(x: 1, |", "", ["f"], 1, nil), ("f(x: 1|", "", ["f"], 0, "x"),
        ("m.f([1, 2], |", "", ["m", "f"], 1, nil), ("a |> f(|", "", ["f"], 1, nil), ("f(g(1), |", "", ["f"], 1, nil),
        ("f(\"a, (b\", |", "", ["f"], 1, nil),
    ])
    func aCallAroundTheCursorIsFound(
        marked: String, prefix: String, callee: [String], argument: Int, label: String?
    ) throws {
        let cursor = marked.utf8.count - 1
        let context = CursorContext(SourceFile(name: "t", text: String(marked.dropLast())), at: cursor)
        #expect(context.call?.callee == callee)
        #expect(context.call?.argument == argument)
        #expect(context.call?.label == label)
        if context.place == .name { #expect(context.prefix == prefix) }
    }

    @Test(arguments: [
        ("5m", CursorContext.Place.unit, "m"), ("x.na", .field(of: "x"), "na"), ("x.", .field(of: "x"), ""),
        ("x.y.z", .field(of: nil), "z"), ("# na", .nothing, ""), ("import \"./a", .string(importPath: "./a"), "./a"),
        ("print(\"ab", .string(importPath: nil), "ab"), ("let na", .name, "na"), ("", .name, ""), ("f(\n", .name, ""),
        ("a # b\n", .name, ""),
    ])
    func thePlaceOfTheCursorIsKnown(text: String, place: CursorContext.Place, prefix: String) {
        let context = CursorContext(SourceFile(name: "t", text: text), at: text.utf8.count)
        #expect(context.place == place)
        #expect(context.prefix == prefix)
    }

    @Test func everyCursorInEveryProgramHasAContext() {
        for program in FormatterPropertyTests.programs.prefix(60) {
            let source = SourceFile(name: "t", text: program.text)
            let found = index(program.text)
            for offset in stride(from: 0, through: source.bytes.count, by: 7) {
                _ = CursorContext(source, at: offset)
                _ = found.visible(at: offset)
                _ = found.symbol(at: offset)
            }
        }
    }

    /// A rename and one back leave the text as it was; in between every name means what it meant.
    @Test func renamingThereAndBackChangesNothing() throws {
        var count = 0
        for program in FormatterPropertyTests.programs.prefix(100) {
            let source = SourceFile(name: "t", text: program.text)
            let found = index(program.text)
            for symbol in found.inOrder where symbol.importPath == nil && !symbol.isShorthand {
                // Two of one name in a block are a mistake, after which there is no way back.
                let names = found.scopes[symbol.scope].symbols.compactMap { found.symbols[$0]?.name }
                guard names.filter({ $0 == symbol.name }).count == 1 else { continue }
                let edits = try SymbolRenaming.edits(renaming: symbol, to: "renamed_äö", in: source, found)
                count += 1
                let changed = SymbolRenaming.apply(edits, to: source)
                let again = SymbolIndex(Parser.parse(changed, as: FileID(0)).program)
                let other = try #require(again.symbols[symbol.id], "\(program.name): \(symbol.name)")
                #expect(other.name == "renamed_äö")
                let back = try SymbolRenaming.edits(renaming: other, to: symbol.name, in: changed, again)
                #expect(
                    SymbolRenaming.apply(back, to: changed).bytes == source.bytes, "\(program.name): \(symbol.name)")
            }
        }
        #expect(count > 100)
    }

    @Test func anImportWithoutANameGetsOne() throws {
        let text = "import \"./clean\"\nclean.all()\n"
        let source = SourceFile(name: "t", text: text)
        let found = index(text)
        let symbol = try #require(found.inOrder.first)
        let edits = try SymbolRenaming.edits(renaming: symbol, to: "tidy", in: source, found)
        #expect(
            String(decoding: SymbolRenaming.apply(edits, to: source).bytes, as: UTF8.self)
                == "import \"./clean\" as tidy\ntidy.all()\n")
    }
}
