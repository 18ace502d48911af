import Foundation
import Testing

@testable import EdgeLang

/// Generated programs do on the machine what a plain walk over their tree says.
///
/// `EDGESH_PROGRAMS=100000` in the environment runs that many instead; `EDGESH_SEED` is the first one's seed.
@Suite struct GeneratedProgramTests {
    /// What became of a program.
    enum Outcome: Equatable, CustomStringConvertible {
        case ran(output: String, error: String?)
        case refused(String)
        /// Too long to be told here.
        case gaveUp

        var description: String {
            switch self {
            case .ran(let output, let error): output + (error ?? "")
            case .refused(let reports): "does not compile:\n\(reports)"
            case .gaveUp: "takes too long"
            }
        }
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["EDGESH_PROGRAMS"].flatMap { Int($0) } ?? 1_000
    private static let first = environment["EDGESH_SEED"].flatMap { UInt64($0) } ?? 1
    private static let share = 50

    private static let shares = stride(from: 0, to: count, by: share).map { first + UInt64($0) }

    /// The functions, declared once for all interpreters.
    private static let builtins = [BuiltinChapter(CoreLibrary.builtins)]

    @Test(arguments: shares)
    func machineAgreesWithThePlainEvaluator(_ first: UInt64) {
        for seed in first..<(first + UInt64(Self.share)) {
            let text = ProgramGenerator.program(seed: seed)
            // Every fifth one with a collection at each safepoint.
            let isStressed = seed % 5 == 0
            guard Self.disagrees(text, isStressed) else { continue }
            let small = ProgramShrinker.shrink(text) { Self.disagrees($0, isStressed) }
                .split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: "\n")
            Issue.record(
                """
                seed \(seed)\(isStressed ? ", with a collection at each safepoint" : ""):
                \(small)
                the evaluator says:
                \(Self.plainly(small))
                the machine says:
                \(Self.onMachine(small, isStressed))
                """)
        }
    }

    /// A generator that makes nothing but errors, or errors before the run, would show nothing.
    @Test func mostProgramsRunToTheirEnd() {
        let programs = (0..<200).map { ProgramGenerator.program(seed: UInt64($0)) }
        let outcomes = programs.map { Self.onMachine($0, false) }
        for outcome in outcomes { if case .refused(let reports) = outcome { Issue.record("\(reports)") } }
        let whole = outcomes.count { if case .ran(_, nil) = $0 { true } else { false } }
        #expect(whole > 80, "\(whole) of 200 ran to their end")
    }

    /// Formatting keeps what they mean: `parse(format(x))` equals `parse(x)`, also where lines are much too long.
    @Test(arguments: [100, 30])
    func formattingKeepsWhatTheyMean(width: Int) throws {
        for seed in 0..<60 {
            let text = ProgramGenerator.program(seed: UInt64(seed))
            let formatted = try EdgeLang.Formatter(width: width).format(SourceFile(name: "t", text: text))
            let (before, after) = (FormatterPropertyTests.parse(text), FormatterPropertyTests.parse(formatted))
            #expect(TreeText.of(after.program) == TreeText.of(before.program), "seed \(seed)")
        }
    }

    private static func disagrees(_ text: String, _ isStressed: Bool) -> Bool {
        let expected = plainly(text)
        if expected == .gaveUp { return false }
        let found = onMachine(text, isStressed)
        // Where the text was made smaller, names may have lost their declaration.
        if case .refused = found { return false }
        return found != .gaveUp && found != expected
    }

    private static func plainly(_ text: String) -> Outcome {
        let parsed = Parser.parse(SourceFile(name: "t", text: text), as: FileID(0))
        guard parsed.isValid else { return .gaveUp }
        guard let result = PlainEvaluator.run(parsed.program, steps: 5_000) else { return .gaveUp }
        return .ran(output: result.output, error: result.error)
    }

    private static func onMachine(_ text: String, _ isStressed: Bool) -> Outcome {
        let interpreter = Interpreter(builtins: builtins)
        // Errors of the run are what is compared here.
        interpreter.checksTypes = false
        interpreter.isStressed = isStressed
        interpreter.limits = Limits(callDepth: 2_000, memory: 256 << 20, steps: 100_000, seconds: 20)
        var output = ""
        interpreter.writeOutput = { output += $0 }
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: "t", text: text))
            return .ran(output: output, error: nil)
        } catch {
            let codes = error.diagnostics.filter { $0.severity == .error }.map(\.code.rawValue)
            if error.stage == .compile {
                return .refused(DiagnosticRenderer(sources: interpreter.sources).render(error.diagnostics))
            }
            if ["E0307", "E0308", "E0309", "E0310"].contains(codes.first ?? "") { return .gaveUp }
            return .ran(output: output, error: codes.first)
        }
    }
}
