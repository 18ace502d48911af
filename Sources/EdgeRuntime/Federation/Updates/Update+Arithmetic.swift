import EdgeTensors

extension Update {
    /// What must be added to `base` to get this update: element by element in the element types of `base`.
    ///
    /// - Throws: `FederationError` naming the tensor that does not fit.
    public func difference(from base: Update) throws -> Update {
        try checkFits(base, "the trained model", "the base")
        return try combined(with: base) { $0 - $1 }
    }

    /// The sum with another update, scaled.
    public func adding(_ other: Update, scale: Double = 1) throws -> Update {
        try other.checkFits(self, "the change", "the model")
        return try combined(with: other) { $0 + scale * $1 }
    }

    /// All numbers, in double precision, combined and rounded back.
    func combined(with other: Update, _ operation: (Double, Double) -> Double) throws -> Update {
        Update(
            try zip(parts, other.parts).map { own, other in
                let numbers = zip(try own.tensor.numbers(), try other.tensor.numbers()).map { operation($0, $1) }
                return Part(
                    name: own.name,
                    tensor: try Tensor(numbers: numbers, shape: own.tensor.shape, dtype: own.tensor.dtype))
            })
    }
}
