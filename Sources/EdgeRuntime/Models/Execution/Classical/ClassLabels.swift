import EdgeTensors

/// The labels of a classifier's classes: whole numbers or texts.
enum ClassLabels: Sendable {
    case numbers([Int64])
    case texts([String])

    /// The labels that a node names, under any of the names that its operator has for them; none is no error.
    init(_ node: Node) throws(ModelError) {
        for name in ["classlabels_strings", "cats_strings"] {
            if case .strings(let texts)? = node.attributes[name], !texts.isEmpty {
                self = .texts(texts)
                return
            }
        }
        let numbers = node.ints("classlabels_int64s") ?? node.ints("classlabels_ints") ?? []
        self = .numbers(numbers.map(Int64.init))
    }

    var count: Int {
        switch self {
        case .numbers(let numbers): numbers.count
        case .texts(let texts): texts.count
        }
    }
}

extension ClassLabels {
    /// What a model with a lone score answers: 0 or 1, in the kind of its labels.
    var answers: ClassLabels {
        switch self {
        case .numbers: .numbers([0, 1])
        case .texts: .texts(["0", "1"])
        }
    }
}

extension ClassLabels {
    /// The type of a tensor of labels.
    var dtype: DType {
        switch self {
        case .numbers: .i64
        case .texts: .text
        }
    }
}
