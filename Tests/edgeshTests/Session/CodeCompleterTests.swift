import EdgeLang
import EdgeRuntime
import Foundation
import PeerTesting
import Testing

@testable import edgesh

/// What the Tab key offers, without a terminal.
@Suite struct CodeCompleterTests {
    /// A world of a few variables over the real declarations of the primitives.
    struct World: CompletionSource {
        let interpreter = Interpreter(builtins: Primitives.chapters())
        var folder = ""
        var functions: [String] { interpreter.specs.names }
        var variables: [String] { ["bearings", "plant"] }
        var moduleFolders: [String] { [folder] }
        var searchFolders: [String] { [folder + "/models"] }
        var protocols: [String] { ["modbus-tcp", "modbus-rtu", "coap"] }
        var devices: [String] { ["cortex-m4"] }
        var schemes: [String] { ["mqtt://"] }

        func signature(of function: String) -> Signature? { interpreter.spec(named: function)?.signature }

        func listChoices(of parameter: String, in function: String) -> [String] {
            let declared = interpreter.spec(named: function)?.parameters.first { $0.name == parameter }
            return declared.map { World.listChoices($0.typeDescription) } ?? []
        }

        func fields(of path: ValuePath) -> [String] {
            path == ValuePath(name: "plant", steps: [.field("pumps"), .index(2)]) ? ["speed", "state", "odd name"] : []
        }
    }

    /// What is offered at the mark `§`, else at the end.
    func candidates(_ marked: String, folder: String = "") -> [String] {
        let offset = marked.range(of: "§").map { marked[..<$0.lowerBound].utf8.count } ?? marked.utf8.count
        let text = marked.replacingOccurrences(of: "§", with: "")
        return CodeCompleter(source: World(folder: folder)).completions(in: text, at: offset).candidates.map(\.text)
    }

    @Test func namesOfFunctionsAndVariables() {
        #expect(candidates("let x = be") == ["bearing_frequencies", "bearings", "between"])
        #expect(candidates("x |> quanti") == ["quantile", "quantize"])
        #expect(candidates("# quanti").isEmpty)
        #expect(candidates("nothing_begins_so").isEmpty)
    }

    @Test func labelsOfACallThatAreStillOpen() {
        #expect(candidates("quantize(m, cal") == ["calibrate: "])
        #expect(candidates("quantize(m, calibrate: d, cal").isEmpty)
        #expect(candidates("m |> prune(§").first == "ratio: ")
        #expect(candidates("m\n  |> prune(ra") == ["ratio: ", "random", "random_int", "random_normal"])
        // A positional argument has taken its parameter; inside a record or behind a colon there are no labels.
        #expect(!candidates("prune(m, mo").contains("model: "))
        #expect(!candidates("prune(m, ratio: rat").contains("ratio: "))
        #expect(!candidates("prune({ra").contains("ratio: "))
        #expect(candidates("print(\"\\(prune(m, cri") == ["criterion: "])
    }

    @Test func valuesThatAParameterAccepts() {
        #expect(candidates("prune(m, criterion: \"") == ["magnitude", "batch_norm", "activation"])
        #expect(candidates("prune(m, criterion: \"ba") == ["batch_norm"])
        #expect(candidates("prune(m, criterion: ").first == "\"magnitude\"")
        #expect(candidates("backtest(s, models: [\"ets\", \"th") == ["theta"])
        #expect(candidates("quantize(m, symmetric: t").prefix(1) == ["true"])
        #expect(candidates("detector(\"ch") == ["change_point"])
        #expect(candidates("decode(b, protocol: \"modbus-") == ["modbus-tcp", "modbus-rtu"])
        #expect(candidates("device(\"co") == ["cortex-m4"])
        #expect(candidates("connect(\"mq") == ["mqtt://"])
    }

    @Test func fieldsOfWhatAPathNames() {
        #expect(candidates("plant.pumps[2].s") == ["speed", "state"])
        #expect(candidates("print(plant.pumps[2].") == ["speed", "state"])
        #expect(candidates("plant.pumps[1].s").isEmpty)
        #expect(candidates("f(x).s").isEmpty)
        #expect(candidates("0..be").contains("bearings"))
    }

    @Test func unitsBehindANumber() {
        #expect(candidates("5m") == ["ms", "min", "mW", "mJ"])
        #expect(candidates("sleep(1.5m") == ["ms", "min", "mW", "mJ"])
        #expect(candidates("10Mi") == ["MiB"])
        #expect(candidates("5").isEmpty)
        #expect(candidates("0x5m").isEmpty)
    }

    @Test func theCursorMayStandInTheMiddle() {
        #expect(candidates("prune(m, cri§, ratio: 0.5)") == ["criterion: "])
        let completion = CodeCompleter(source: World()).completions(in: "prune(m, criterion: \"ba\")", at: 23)
        #expect(completion.start == 21)
        // The quote is there already.
        #expect(completion.candidates.map(\.ending) == [""])
    }

    @Test func filesAndModelsFirst() throws {
        let folder = try TemporaryDirectory()
        try folder.write("vibration.csv", "")
        try folder.write("vibration.onnx", "")
        try folder.write("models/vibration_small.tflite", "")
        try folder.write(".hidden", "")
        let path = folder.path + "/v"
        #expect(candidates("read_csv(\"\(path)") == [folder.path + "/vibration.csv", folder.path + "/vibration.onnx"])
        #expect(candidates("load(\"\(path)") == [folder.path + "/vibration.onnx"])
        #expect(candidates("load(\"vib", folder: folder.path).contains("vibration_small.tflite"))
        #expect(candidates("list_dir(\"\(folder.path)/") == [folder.path + "/models/"])
        #expect(candidates("read_text(\"\(folder.path)/.") == [folder.path + "/.hidden"])
        #expect(candidates("read_text(\"\(folder.path)/nothing/here").isEmpty)
    }

    @Test func modulesOfTheLibraryAndBesides() throws {
        let folder = try TemporaryDirectory()
        try folder.write("std/lists.edge", "")
        try folder.write("std/text.edge", "")
        #expect(candidates("import \"std/", folder: folder.path) == ["std/lists", "std/text"])
        #expect(candidates("import \"", folder: folder.path) == ["std/", "./"])
        #expect(candidates("import \"\(folder.path)/std/te") == [folder.path + "/std/text.edge"])
    }

    @Test func aFolderOfManyFilesIsReadToABound() throws {
        let folder = try TemporaryDirectory()
        for number in 0..<(FileCandidates.mostNames + 500) {
            let descriptor = open(folder.file("f\(number)"), O_CREAT | O_WRONLY, 0o600)
            close(descriptor)
        }
        let found = candidates("read_text(\"\(folder.path)/f")
        #expect(found.count <= FileCandidates.mostNames)
        #expect(found.count > FileCandidates.mostNames - 10)
    }

    @Test func noTextIsAnObstacle() {
        let pieces = [
            "\"", "\\(", ")", "(", "[", "{", "}", "]", ",", ":", ".", "|>", "quantize", "5m", "#", "\n", "é", "\\",
            "\"\"\"", "r\"", "import ",
        ]
        let completer = CodeCompleter(source: World(folder: "/nonexistent"))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let text = (0..<12).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            for cursor in [0, text.utf8.count / 2, text.utf8.count, text.utf8.count + 5, -1] {
                let completion = completer.completions(in: text, at: cursor)
                #expect(completion.start >= 0 && completion.start <= text.utf8.count, "\(text)")
            }
        }
    }
}
