/// A built-in function, declared once: binding, help, completion, static checks, reference pages and tests are all made from this.
///
///     BuiltinSpec(
///         "quantize", "Stores a model's weights in fewer bits.",
///         .value("model", ModelObject.self, "the model"),
///         .label("bits", Int.self, default: 8, in: 2...8, "bits of a weight"),
///         returns: "the smaller model",
///         examples: [.needs("m.onnx", code: "quantize(load(\"m\"), bits: 4)")]
///     ) { context, model, bits in
///         …
///     }
///
/// Arguments reach the body as Swift values of the declared types. The body may throw any error: a `RuntimeError` or a
/// `ScriptVisibleError` keeps its code, others show their description.
public struct BuiltinSpec: Sendable {
    /// What a body sees of a call: the values of all parameters in order, `absent` where an argument was left out.
    @usableFromInline typealias RawBody = @Sendable (CallContext, UnsafeMutablePointer<Value>, Int) throws -> Value

    public let name: String
    /// One sentence with a full stop.
    public let summary: String
    /// More than the summary says, as paragraphs.
    public let details: String
    public let parameters: [ParameterSpec]
    public let result: ResultSpec
    public let effects: Set<Effect>
    /// The version of the language that brought it.
    public let since: String
    /// The chapter of the reference it stands in.
    public let topic: String
    public let seeAlso: [String]
    let makeExamples: @Sendable () -> [Example]
    var body: RawBody
    /// Whether an assignment `x = f(x, …)` hands the value of `x` over, so that the body may update it in place.
    private(set) var consumesFirst = false
    /// The instruction that does what the body does for the values that matter, and calls it for others.
    var intrinsic: Operation?

    /// Whether a call may run code of the script: of a function that it is given, or that a stream or another object leads to.
    var mayCallBack: Bool {
        intrinsic == nil
            && parameters.contains { parameter in
                parameter.types.contains { type in
                    switch type {
                    case .any, .function, .list, .record, .host: true
                    default: false
                    }
                }
            }
    }

    /// Code with its printed result; every one is a test.
    public var examples: [Example] { makeExamples() }

    /// Declares a function whose arguments arrive as Swift values.
    ///
    /// - Parameters:
    ///   - name: What scripts call it.
    ///   - summary: One sentence with a full stop.
    ///   - parameters: In order; label-only ones last.
    ///   - returns: What the result is, one phrase.
    ///   - type: The type of the result, where that of the body's Swift type says too little.
    ///
    /// Inlinable, so that the conversion of arguments is compiled for their types: a call that looks up the metadata of a
    /// parameter pack takes five microseconds.
    @inlinable
    public init<each Argument: BuiltinArgument, Result: BuiltinResult>(
        _ name: String, _ summary: String, _ parameters: repeat BuiltinParameter<each Argument>,
        returns: String, type: String? = nil, effects: Set<Effect> = [], details: String = "", topic: String = "",
        since: String = "0.1", seeAlso: [String] = [], examples: @autoclosure @escaping @Sendable () -> [Example],
        body: @escaping @Sendable (CallContext, repeat each Argument) throws -> Result
    ) {
        var specs: [ParameterSpec] = []
        var bindings: [ArgumentBinding] = []
        repeat specs.append((each parameters).spec)
        repeat bindings.append((each parameters).binding)
        let ready = bindings
        self.init(
            name, summary, specs, ResultSpec(type: type ?? Result.resultDescription, documentation: returns), effects,
            details, topic, since, seeAlso, examples
        ) { context, arguments, _ in
            var position = 0
            func next<T: BuiltinArgument>(_ type: T.Type) throws -> T {
                defer { position += 1 }
                return try ready[position].decode(arguments[position], as: type, name, context)
            }
            return try body(context, repeat try next((each Argument).self)).encode(context)
        }
    }

    /// Declares a function whose body reads the values itself: for the small functions that loops are made of.
    /// The body answers for marking what it returns or stores as shared.
    init(
        raw name: String, _ summary: String, _ parameters: [ParameterSpec], returns: String, type: String,
        details: String = "", topic: String = "", since: String = "0.1", seeAlso: [String] = [],
        consumesFirst: Bool = false, intrinsic: Operation? = nil,
        examples: @autoclosure @escaping @Sendable () -> [Example],
        body: @escaping RawBody
    ) {
        self.init(
            name, summary, parameters, ResultSpec(type: type, documentation: returns), [], details, topic, since,
            seeAlso, examples, body: body)
        self.consumesFirst = consumesFirst
        self.intrinsic = intrinsic
    }

    @usableFromInline
    init(
        _ name: String, _ summary: String, _ parameters: [ParameterSpec], _ result: ResultSpec, _ effects: Set<Effect>,
        _ details: String, _ topic: String, _ since: String, _ seeAlso: [String],
        _ examples: @escaping @Sendable () -> [Example], body: @escaping RawBody
    ) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
        self.result = result
        self.effects = effects
        self.details = details
        self.topic = topic
        self.since = since
        self.seeAlso = seeAlso
        self.makeExamples = examples
        self.body = body
    }

    /// The same function with a way around the conversion of arguments, for the calls that loops are made of.
    ///
    /// - Parameter shortcut: Gives nil where the body has to see to it; fails as the body would.
    func shortcut(
        _ shortcut: @escaping @Sendable (CallContext, UnsafeMutablePointer<Value>) throws -> Value?
    ) -> BuiltinSpec {
        var spec = self
        let full = body
        spec.body = { context, arguments, count in
            if let result = try shortcut(context, arguments) { return result }
            return try full(context, arguments, count)
        }
        return spec
    }

    /// What calls are checked against before anything runs.
    public var signature: Signature {
        Signature(name: name, parameters: parameters.map(\.signature))
    }

    /// One line: `quantize(model, *, bits: int = 8) -> model`.
    public var synopsis: String {
        var parts: [String] = []
        var isLabelOnly = false
        for parameter in parameters {
            if parameter.isLabelOnly, !isLabelOnly {
                isLabelOnly = true
                parts.append("*")
            }
            parts.append(parameter.synopsis)
        }
        return "\(name)(\(parts.joined(separator: ", "))) -> \(result.type)"
    }
}

/// What a built-in function does besides computing.
public enum Effect: String, Sendable, CaseIterable {
    case readsFiles = "reads files"
    case writesFiles = "writes files"
    case network = "uses the network"
    case runsPrograms = "runs programs"
    case readsEnvironment = "reads environment variables"
}

/// What is known of a parameter.
public struct ParameterSpec: Sendable {
    public let name: String
    /// One phrase, no full stop.
    public let documentation: String
    public let types: [ValueType]
    /// As help shows it: `list of string`.
    public let typeDescription: String
    public let choices: [String]
    public let range: NumericRange?
    /// The default as it would be written; nil where there is none.
    public let defaultText: String?
    public let isRequired: Bool
    public let isLabelOnly: Bool
    public let isVariadic: Bool

    init(
        name: String, documentation: String, types: [ValueType], typeDescription: String? = nil, choices: [String] = [],
        range: NumericRange? = nil, defaultText: String? = nil, isRequired: Bool = true, isLabelOnly: Bool = false,
        isVariadic: Bool = false
    ) {
        self.name = name
        self.documentation = documentation
        self.types = types
        self.typeDescription =
            typeDescription ?? (types.contains(.any) ? "any" : types.map(\.name).joined(separator: " | "))
        self.choices = choices
        self.range = range
        self.defaultText = defaultText
        self.isRequired = isRequired
        self.isLabelOnly = isLabelOnly
        self.isVariadic = isVariadic
    }

    var signature: ParameterSignature {
        ParameterSignature(
            name: name, isLabelOnly: isLabelOnly, isRequired: isRequired, isVariadic: isVariadic,
            types: types.contains(.any) ? [] : types, range: range.map { $0.lower...$0.upper }, choices: choices)
    }

    /// `bits: int = 8`
    public var synopsis: String {
        let start = isVariadic ? "\(name)…" : name
        let type = typeDescription == "any" ? start : "\(start): \(typeDescription)"
        return defaultText.map { "\(type) = \($0)" } ?? type
    }
}

/// What is known of a result.
public struct ResultSpec: Sendable {
    /// `list of string`
    public let type: String
    /// One phrase, no full stop.
    public let documentation: String

    @usableFromInline
    init(type: String, documentation: String) {
        self.type = type
        self.documentation = documentation
    }
}

/// Code that shows a function at work.
public struct Example: Sendable, Equatable {
    public let code: String
    /// What it prints, or the value of its last expression as the prompt would show it; nil where it is not compared.
    public let result: String?
    /// Files it needs: such an example runs only where they are.
    public let needs: [String]

    /// An example and its result.
    public init(_ code: String, _ result: String) {
        self.code = code
        self.result = result
        needs = []
    }

    private init(code: String, result: String?, needs: [String]) {
        self.code = code
        self.result = result
        self.needs = needs
    }

    /// An example whose result depends on a file.
    public static func needs(_ files: String..., code: String, result: String? = nil) -> Example {
        Example(code: code, result: result, needs: files)
    }

    /// An example whose result differs from run to run; it has to run without an error.
    public static func varies(_ code: String) -> Example { Example(code: code, result: nil, needs: []) }
}
