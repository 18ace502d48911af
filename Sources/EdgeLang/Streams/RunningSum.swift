/// A sum that grows number by number: exact as long as all are ints, otherwise with an error that does not grow with the count.
struct RunningSum {
    private let name: String
    private(set) var count = 0
    private var ints = 0
    private var areInts = true
    private var sum = 0.0
    private var lost = 0.0
    private(set) var dimension = Dimension.none
    /// Welford's mean and squared distances from it, for the standard deviation.
    private var mean = 0.0
    private var squares = 0.0

    /// - Parameter name: The function that adds, for its messages.
    init(_ name: String) { self.name = name }

    mutating func add(_ value: Value, _ context: CallContext) throws {
        guard let number = value.numericValue else {
            throw RuntimeError(
                .argumentType, "`\(name)`: expected numbers, found \(context.typeName(value)) at position \(count)",
                hint: "leave it out with `filter`, or convert it with `float`")
        }
        if count == 0 {
            dimension = value.numberDimension
        } else if dimension != value.numberDimension {
            throw RuntimeError(
                .dimensionMismatch,
                "cannot mix \(dimension.name) and \(value.numberDimension.name) (position \(count))")
        }
        count += 1
        if areInts, value.isInt {
            let (next, overflow) = ints.addingReportingOverflow(value.asInt)
            if overflow { throw RuntimeError.integerOverflow }
            ints = next
        } else {
            areInts = false
        }
        // Kahan and Babuška's sum (Neumaier 1974).
        let next = sum + number
        lost += sum.magnitude >= number.magnitude ? (sum - next) + number : (number - next) + sum
        sum = next
        let distance = number - mean
        mean += distance / Double(count)
        squares += distance * (number - mean)
    }

    private var real: Double { sum.isFinite ? sum + lost : sum }

    var total: Value { areInts ? .int(ints) : .quantity(real, dimension) }

    /// Refuses nothing at all.
    func average() throws -> Value {
        guard count > 0 else { throw RuntimeError(.emptyInput, "`\(name)` of an empty stream") }
        return .quantity(real / Double(count), dimension)
    }

    func deviation(ofSample: Bool) throws -> Value {
        guard count > 0 else { throw RuntimeError(.emptyInput, "`\(name)` of an empty stream") }
        guard !ofSample || count > 1 else { throw RuntimeError(.emptyInput, "`\(name)` of a sample needs two numbers") }
        return .quantity((squares / Double(ofSample ? count - 1 : count)).squareRoot(), dimension)
    }
}
