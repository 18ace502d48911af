import CSystemCallTrap
import EdgeData
import EdgeLang
import EdgeModels
import EdgeRuntime
import Glibc

/// Runs random programs under `--sandbox` with a trap in the kernel underneath: none may open or look for a file, make a socket or
/// start a process. It ends with 1, and shows the program, where one does.
///
///     sandbox-probe COUNT [SEED] [MODEL]
///
/// The programs call the real primitives with arguments that mostly fit; the summary says how many of them ran.
@main
enum Probe {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        let count = arguments.first.flatMap { Int($0) } ?? 1_000
        let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? 1
        let model = arguments.dropFirst(2).first.flatMap { try? ModelFile.read(path: $0) }
        var survey = Survey()
        let runner = ProgramRunner(model: model)
        warmUp(runner)
        guard setTrap() else { exit(2) }
        var generator = ProgramGenerator(library: runner.library, seed: seed)
        var isClean = true
        var number = 0
        // Programs that do not compile are tried too, and do not count.
        while survey.compiled < count, number < 20 * count {
            number += 1
            let program = generator.program()
            let outcome = runner.run(program)
            survey.add(outcome)
            if trap_caught() > 0 {
                isClean = false
                print("program \(number) did \(String(cString: trap_first())):\n\(program)\n")
                trap_reset()
            }
        }
        print(survey.summary(of: runner.library.names.count))
        exit(isClean ? 0 : 1)
    }

    /// What libraries read once, at their first use, is none of the script's doing.
    private static func warmUp(_ runner: ProgramRunner) {
        for text in [
            "print(to_list(tensor([[1.0, 2.0], [3.0, 4.0]]) + 1))", "print(protocols())", "print(devices())",
            "print(now(), parse_json(\"{}\"))", "let s = shadow(\":memory:\")\ndesire(s, \"a\", {b: 1})",
            "print(forecast([1, 2, 3, 4, 5]))",
            "print(try { describe(fixture_model()) } catch e { e.message })",
            "try { run(fixture_model(), tensor([0.0])) } catch e { e.message }",
        ] {
            _ = runner.run(text)
        }
    }

    private static func setTrap() -> Bool {
        // The library of edgesh may always be read; the processor's description is read by kernels when they are made.
        let prefixes = [StandardLibrary.folder.map { $0 + "/" }, "/sys/devices/system/", "/proc/cpuinfo"].compactMap {
            $0
        }
        let kept = prefixes.compactMap { strdup($0) }.map { Optional(UnsafePointer<CChar>($0)) }
        let failure = trap_install(kept, Int32(kept.count))
        guard failure == 0 else {
            print("no trap: \(String(cString: strerror(failure)))")
            return false
        }
        guard trap_self_test() == 4 else {
            print("the trap does not catch what it should")
            return false
        }
        return true
    }
}
