import EdgeData
import EdgeLang
import EdgeRuntime
import Foundation
import PeerTesting
import Testing

/// What primitives declare of themselves is true: their effects, and the types of their results.
@Suite(.serialized) struct EffectTests {
    /// What was seen while examples ran.
    private final class Seen: @unchecked Sendable {
        /// The primitives that are under way, innermost last.
        var running: [String] = []
        var accesses: [String: Set<Effect>] = [:]
        var results: [String: Int] = [:]
        var wrong: [String] = []
        /// The types of objects that were given.
        var objects: Set<String> = []
    }

    /// Runs all examples of primitives in folders of their own.
    private static func observeExamples() throws -> Seen {
        let seen = Seen()
        let folder = try TemporaryDirectory()
        let specs = Primitives.builtins().map { spec in
            spec.observed { event in
                switch event {
                case .entered: seen.running.append(spec.name)
                case .returned(let value):
                    seen.running.removeLast()
                    seen.results[spec.name, default: 0] += 1
                    if let object = value.hostObject { seen.objects.insert(Swift.type(of: object).typeName) }
                    if !spec.declares(value) {
                        seen.wrong.append("\(spec.name) gives \(value.typeName), not \(spec.result.type)")
                    }
                case .failed: seen.running.removeLast()
                }
            }
        }
        let before = FileManager.default.currentDirectoryPath
        defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
        for spec in specs {
            for (number, example) in spec.examples.enumerated() {
                let place = "\(folder.path)/\(spec.name)-\(number)"
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                let model = PackageRoot.file("examples/models/bearing.onnx")
                for file in example.needs where file.hasSuffix(".onnx") {
                    try FileManager.default.copyItem(atPath: model, toPath: "\(place)/\(file)")
                }
                guard FileManager.default.changeCurrentDirectoryPath(place) else { continue }
                let interpreter = Interpreter(builtins: [BuiltinChapter(specs)])
                interpreter.writeOutput = { _ in }
                interpreter.authorize = { access in
                    seen.accesses[seen.running.last ?? "import", default: []].insert(access.effect)
                }
                _ = try? interpreter.run(SourceFile(name: "example", text: example.code), mode: .expression)
            }
        }
        return seen
    }

    @Test func whatPrimitivesReachAndGiveIsDeclared() throws {
        let seen = try Self.observeExamples()
        #expect(seen.wrong.isEmpty, "\(Set(seen.wrong).sorted())")
        let declared = Dictionary(uniqueKeysWithValues: Primitives.builtins().map { ($0.name, $0.effects) })
        for (name, effects) in seen.accesses {
            #expect(effects.isSubset(of: declared[name] ?? []), "`\(name)` reaches more than it declares")
        }
        for spec in Primitives.builtins() {
            for case .host(let name) in spec.result.types where !Self.unseen.contains(name) {
                #expect(seen.objects.contains(name), "`\(spec.name)` gives `\(name)`, which no example has ever given")
            }
        }
        #expect(seen.results.count > 150)
        #expect(seen.accesses.count > 15)
    }

    /// Calls that would reach outside, one at least for every primitive with an effect. Those that work on a connection or a file that is open already
    /// cannot be called in the sandbox at all, since it opens none.
    private static let calls: [String: [String]] = [
        "read_text": ["read_text(\"x\")"], "read_lines": ["read_lines(\"x\")"], "read_bytes": ["read_bytes(\"x\")"],
        "write_text": ["write_text(\"x\", \"\")", "write_text(\"x\", \"\", append: true)"],
        "write_bytes": ["write_bytes(\"x\", hex\"00\")"], "exists": ["exists(\"x\")"],
        "list_dir": ["list_dir()", "list_dir(\"x\")"], "make_dir": ["make_dir(\"x\")"],
        "read_json": ["read_json(\"x\")"], "write_json": ["write_json(1, \"x\")", "write_json(\"x\", 1)"],
        "read_yaml": ["read_yaml(\"x\")"], "write_yaml": ["write_yaml(1, \"x\")", "write_yaml(\"x\", 1)"],
        "read_csv": ["read_csv(\"x\")"], "write_csv": ["write_csv([{a: 1}], \"x\")", "write_csv(\"x\", [{a: 1}])"],
        "stream_lines": ["stream_lines(\"x\")"], "follow": ["follow(\"x\")"],
        "env": ["env(\"HOME\")"], "load": ["load(\"x\")"],
        "save": ["save(report(\"x.md\"), \"x.md\")", "save(report(\"x.html\"))"],
        "dataset": ["dataset(\"x\")"], "series": ["series(\"x\")"], "device": ["device(\"./x.yaml\")"],
        "decode": ["decode(hex\"00\", protocol: \"./x.yaml\")"], "encode": ["encode({a: 1}, protocol: \"./x.yaml\")"],
        "translate": ["translate(hex\"00\", from: \"./x.yaml\", to: \"mqtt\")"],
        "read_capture": ["read_capture(\"x\")"],
        "connect": ["connect(\"mqtt://127.0.0.1:1\")", "connect(\"modbus-tcp://127.0.0.1:1\")"],
        "serve": ["serve(\"modbus-tcp://127.0.0.1:0\")"], "shadow": ["shadow(\"x.db\")", "shadow(\"\")"],
        "plot": ["plot([1, 2], out: \"x.svg\")"],
        "train": ["train(network([dense(1)], input: [1]), dataset([[1]], labels: [0]), checkpoint: \"x\")"],
        "finetune": ["finetune(network([dense(1)], input: [1]), dataset([[1]], labels: [0]), checkpoint: \"x\")"],
    ]

    /// Objects that examples without data and without a broker cannot give.
    private static let unseen: Set<String> = ["comparison", "subscription"]

    /// Primitives whose effect is that of an object they are given, or of a part of their arguments that is tried with another one.
    private static let through: Set<String> = [
        "read", "write", "exchange", "publish", "subscribe", "receive", "close", "desire", "report_state", "delta",
        "state",
        "estimate", "search", "latency", "identify", "sink",
    ]

    @Test func everyPrimitiveWithAnEffectIsRefusedInTheSandbox() {
        for spec in Primitives.builtins() where !spec.effects.isEmpty && !Self.through.contains(spec.name) {
            guard let calls = Self.calls[spec.name] else {
                Issue.record("there is no call of `\(spec.name)` here that would reach outside")
                continue
            }
            var refused = 0
            for call in calls {
                let interpreter = Interpreter(builtins: Primitives.chapters())
                interpreter.checksTypes = false
                interpreter.authorize = Permissions().authorize
                do {
                    _ = try interpreter.run(SourceFile(name: "t", text: call), mode: .expression)
                    Issue.record("`\(call)` was not refused")
                } catch {
                    if error.diagnostics.contains(where: { $0.code.rawValue == "E0329" }) { refused += 1 }
                }
            }
            #expect(refused > 0, "`\(spec.name)` does not ask for permission")
        }
    }
}

extension Access {
    fileprivate var effect: Effect {
        switch self {
        case .readFile: .readsFiles
        case .writeFile: .writesFiles
        case .network: .network
        case .runProgram: .runsPrograms
        case .environment: .readsEnvironment
        }
    }
}
