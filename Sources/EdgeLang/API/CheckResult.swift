/// What is known of a text without running it: for `edgesh check` and for editors.
public struct CheckResult: Sendable {
    /// A variable, function or module that the text declares.
    public struct Binding: Sendable {
        public let name: String
        public let kind: BindingInfo.Kind
        /// The name where it is declared.
        public let definition: Span
        /// The names that mean it, in the order of the text; the declaration itself is not among them.
        public let uses: [Span]
        /// What is known of its type, as an annotation would say it: `model`, `int | string`.
        public let type: String?
        /// For functions: what calls are checked against, and what a call gives as far as it is known.
        public let signature: Signature?
        public let resultType: String?
        public let isExported: Bool
    }

    /// The type of a name, a call, a field or an element.
    public struct TypedPlace: Sendable {
        public let span: Span
        public let type: String
    }

    /// A use of a built-in function.
    public struct PrimitiveUse: Sendable {
        public let name: String
        public let span: Span
    }

    /// Errors and warnings, of imported files too; errors of imports stand first, then by place.
    public let diagnostics: [Diagnostic]
    /// In the order of the declarations. There where the text has errors too, as far as it could be understood.
    public let bindings: [Binding]
    /// Inner places behind the outer ones that begin at the same point do not come in any order.
    public let types: [TypedPlace]
    public let primitives: [PrimitiveUse]
    /// The text's own number in `Interpreter.sources`.
    public let file: FileID

    /// Whether the text may run.
    public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }

    /// The innermost known type at a place, as an offset in bytes.
    public func type(at offset: Int) -> TypedPlace? {
        types.filter { Int($0.span.start) <= offset && offset <= Int($0.span.end) }
            .min { $0.span.length < $1.span.length }
    }

    /// The variable that is declared or used at a place, as an offset in bytes.
    public func binding(at offset: Int) -> Binding? {
        bindings.first { binding in
            ([binding.definition] + binding.uses).contains { Int($0.start) <= offset && offset <= Int($0.end) }
        }
    }
}

extension CheckResult {
    init(_ analysis: Interpreter.Analysis, _ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
        file = analysis.file
        guard let resolution = analysis.resolution, let notes = analysis.notes else {
            (bindings, types, primitives) = ([], [], [])
            return
        }
        let exported = Set(resolution.interface.exports.map(\.binding))
        bindings = resolution.bindings.enumerated().compactMap { index, info in
            guard info.span != .none, !info.name.hasPrefix("(") else { return nil }
            let known = notes.bindings[index]
            return Binding(
                name: info.name, kind: info.kind, definition: info.span,
                uses: (notes.uses[BindingID(index)] ?? []).sorted { $0.start < $1.start }, type: known.type,
                signature: known.signature, resultType: known.result, isExported: exported.contains(BindingID(index)))
        }
        types = notes.types.map { TypedPlace(span: $0.span, type: $0.type) }
        primitives = notes.primitives.map { PrimitiveUse(name: $0.name, span: $0.span) }
    }
}
