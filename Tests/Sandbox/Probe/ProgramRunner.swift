import EdgeData
import EdgeLang
import EdgeModels
import EdgeRuntime

/// Runs programs, each in an interpreter of its own that may reach nothing, and sees which primitives they come to.
final class ProgramRunner {
    private let model: Model?
    private let calls = Calls()
    /// The primitives of the programs.
    let library: BuiltinLibrary

    /// The calls of primitives of the program that runs.
    private final class Calls: @unchecked Sendable {
        var entered: [String] = []
        var refused = 0
        var misfit = 0
    }

    /// What a program did.
    struct Outcome {
        var compiled = true
        /// Why it did not compile.
        var problem: String?
        /// The primitives whose bodies ran, once for each call.
        var reached: [String] = []
        /// Calls that the sandbox refused.
        var refused = 0
        /// Calls whose arguments did not fit.
        var misfit = 0
    }

    init(model: Model?) {
        self.model = model
        library = BuiltinLibrary([BuiltinChapter(ProgramRunner.specs(calls, model))])
    }

    private static func specs(_ calls: Calls, _ model: Model?) -> [BuiltinSpec] {
        let fixture = BuiltinSpec(
            "fixture_model", "Gives a model.", returns: "the model", type: "model", examples: []
        ) { _ -> ModelObject in
            guard let model else { throw RuntimeError("E0400", "there is no model") }
            return ModelObject(model)
        }
        return (Primitives.builtins() + [fixture]).map { spec in
            spec.observed { event in
                switch event {
                case .entered: break
                case .returned: calls.entered.append(spec.name)
                case .failed(let diagnostic):
                    switch diagnostic.code.rawValue {
                    case "E0313", "E0314", "E0315": calls.misfit += 1
                    case "E0329":
                        calls.refused += 1
                        calls.entered.append(spec.name)
                    default: calls.entered.append(spec.name)
                    }
                }
            }
        }
    }

    /// Runs a program to its end or to a limit.
    func run(_ text: String) -> Outcome {
        calls.entered = []
        (calls.refused, calls.misfit) = (0, 0)
        let interpreter = Interpreter(builtins: [BuiltinChapter(Array(library))])
        let libraryFolders = StandardLibrary.folder.map { [$0] } ?? []
        interpreter.checksTypes = false
        interpreter.limits = Limits(callDepth: 200, memory: 128 << 20, steps: 20_000, seconds: 1)
        interpreter.authorize = Permissions(library: libraryFolders).authorize
        interpreter.modulePath = libraryFolders
        interpreter.writeOutput = { _ in }
        var outcome = Outcome()
        do {
            _ = try interpreter.run(SourceFile(name: "random.edge", text: text), mode: .expression)
        } catch {
            outcome.compiled = error.stage != .compile
            if !outcome.compiled { outcome.problem = error.diagnostics.first?.code.rawValue }
        }
        (outcome.reached, outcome.refused, outcome.misfit) = (calls.entered, calls.refused, calls.misfit)
        return outcome
    }
}

/// What many programs did, counted.
struct Survey {
    private var programs = 0
    private(set) var compiled = 0
    private var reaching = 0
    private var calls = 0
    private var refused = 0
    private var misfit = 0
    private var names: Set<String> = []
    private var problems: [String: Int] = [:]

    mutating func add(_ outcome: ProgramRunner.Outcome) {
        programs += 1
        if outcome.compiled { compiled += 1 }
        if !outcome.reached.isEmpty { reaching += 1 }
        calls += outcome.reached.count
        refused += outcome.refused
        misfit += outcome.misfit
        if let problem = outcome.problem { problems[problem, default: 0] += 1 }
        names.formUnion(outcome.reached)
    }

    func summary(of total: Int) -> String {
        let refusedTexts = problems.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return """
            \(programs) programs, \(compiled) of them compiled (the others: \(refusedTexts)), \(reaching) reached the body of a primitive
            \(calls) calls reached a body, of \(names.count) of \(total) primitives; \(misfit) calls did not fit
            \(refused) calls were refused by the sandbox
            """
    }
}
