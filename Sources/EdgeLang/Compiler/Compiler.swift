/// Turns a checked tree into code for the VM.
///
/// Lists and records are values, but copies are made only on update: a cell carries a sticky bit that says whether more than one place may hold it,
/// and an update copies first where it is set. The compiler's part is to set the bit wherever a second holder is born (`copy`, `share`) and nowhere else,
/// since a bit set in vain costs a copy later. `Holding` names the cases; `docs/vm.md` explains them.
final class Compiler {
    /// What becomes of a value once it is computed.
    enum Holding {
        /// The next instruction reads it; no other code runs in between.
        case operand
        /// Other code runs while it is held, but nothing that can change a variable in a register: an argument of a call.
        case argument
        /// A variable, list, record or closure holds it from now on.
        case owned
        /// The function returns it; its own variables end.
        case returned
    }

    let program: Program
    let resolution: Resolution
    let heap: Heap
    let specs: BuiltinLibrary
    /// The box of a variable that outlives the program.
    let globalBox: (String) -> Value
    let collectsTests: Bool
    /// Whether the main function gives the exports as a record, and not its last value.
    let isModule: Bool
    let unit: CodeUnit

    /// By binding: the register that holds the variable or its box.
    var registers: [Int]
    var problems: [Diagnostic] = []

    private init(
        _ program: Program, _ resolution: Resolution, heap: Heap, specs: BuiltinLibrary, collectsTests: Bool,
        isModule: Bool, globalBox: @escaping (String) -> Value
    ) {
        self.program = program
        self.resolution = resolution
        self.heap = heap
        self.specs = specs
        self.collectsTests = collectsTests
        self.isModule = isModule
        self.globalBox = globalBox
        unit = CodeUnit(count: program.functionCount)
        registers = Array(repeating: 0, count: program.bindingCount)
    }

    /// Compiles a program.
    ///
    /// - Throws: A diagnostic where a function is too large for the VM's instructions.
    static func compile(
        _ program: Program, _ resolution: Resolution, heap: Heap, specs: BuiltinLibrary, collectsTests: Bool = false,
        isModule: Bool = false, globalBox: @escaping (String) -> Value
    ) throws(Diagnostic) -> CodeUnit {
        let compiler = Compiler(
            program, resolution, heap: heap, specs: specs, collectsTests: collectsTests, isModule: isModule,
            globalBox: globalBox)
        for index in 0..<program.functionCount { compiler.unit.functions[index] = .allocate(capacity: 1) }
        let main = FunctionLiteral(
            id: .main, kind: .function, name: nil, parameters: [], resultType: nil, body: program.body,
            span: program.body.span)
        var done = Set<Int>()
        compiler.compile(main, &done)
        compiler.fillGaps(done)
        if let problem = compiler.problems.first { throw problem }
        return compiler.unit
    }

    /// Compiles a function and then those written in it: variables they capture have got their registers by then.
    private func compile(_ function: FunctionLiteral, _ done: inout Set<Int>) {
        var pending = [function]
        while let next = pending.popLast() {
            let compiler = FunctionCompiler(next, self)
            compiler.compileBody()
            done.insert(next.id.index)
            pending.append(contentsOf: compiler.inner)
        }
    }

    /// Functions that no code reaches still need a place in memory: tests in a plain run.
    private func fillGaps(_ done: Set<Int>) {
        for index in 0..<program.functionCount where !done.contains(index) {
            let details = FunctionDetails(name: nil, file: program.file, span: program.body.span)
            let builder = FunctionBuilder(details: details, heap: heap)
            builder.emit(.returnNull)
            builder.finish(into: unit.functions[index], functions: unit.functions, isStatic: true)
        }
    }
}
