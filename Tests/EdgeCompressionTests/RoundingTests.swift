@testable import EdgeCompression
import EdgeTraining
import Testing

@Suite struct RoundingTests {
    /// Inputs whose neighbours go together, as those of real layers do: `[inputs][columns]`.
    private func correlated(inputs: Int, columns: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        func number() -> Float { Float(generator.next() >> 40) / Float(1 << 23) - 1 }
        let sources = (0..<4 * columns).map { _ in number() }
        var result = [Float](repeating: 0, count: inputs * columns)
        for input in 0..<inputs {
            let mix = (0..<4).map { _ in number() }
            for column in 0..<columns {
                var value = 0.2 * number() + 0.5
                for source in 0..<4 { value += mix[source] * sources[source * columns + column] }
                result[input * columns + column] = value
            }
        }
        return result
    }

    private func outputs(_ weights: [Float], _ x: [Float], rows: Int, inputs: Int, columns: Int) -> [Float] {
        var result = [Float](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            for input in 0..<inputs {
                for column in 0..<columns {
                    result[row * columns + column] += weights[row * inputs + input] * x[input * columns + column]
                }
            }
        }
        return result
    }

    /// The squared error of outputs about their means, which a bias takes over.
    private func error(_ weights: [Float], _ x: [Float], _ y: [Float], rows: Int, inputs: Int, columns: Int) -> Double {
        let own = outputs(weights, x, rows: rows, inputs: inputs, columns: columns)
        var sum = 0.0
        for row in 0..<rows {
            let differences = (0..<columns).map { Double(own[row * columns + $0] - y[row * columns + $0]) }
            let mean = differences.reduce(0, +) / Double(columns)
            sum += differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        return sum
    }

    @Test(arguments: [nil, 8] as [Int?])
    func compensatedRoundingBeatsTheNearestStepOnUnseenInputs(group: Int?) {
        let (rows, inputs) = (8, 32)
        var generator = SeededGenerator(seed: 3)
        let weights = (0..<rows * inputs).map { _ in Float(generator.next() >> 40) / Float(1 << 23) - 1 }
        let all = correlated(inputs: inputs, columns: 800, seed: 5)
        func part(_ range: Range<Int>) -> [Float] {
            (0..<inputs).flatMap { input in range.map { all[input * 800 + $0] } }
        }
        let (seen, unseen) = (part(0..<600), part(600..<800))
        var moments = LayerMoments(inputs: inputs, outputs: rows)
        moments.add(seen, outputs(weights, seen, rows: rows, inputs: inputs, columns: 600), columns: 600)
        let nearest = NearestRounding(bits: 4).quantize(weights, rows: rows, columns: inputs, group: group)
        let compensated = CompensatedRounding(bits: 4).quantize(weights, moments: moments, group: group)
        #expect(compensated.integers.allSatisfy { (-7...7).contains($0) })
        let wanted = outputs(weights, unseen, rows: rows, inputs: inputs, columns: 200)
        let before = error(nearest.dequantized(), unseen, wanted, rows: rows, inputs: inputs, columns: 200)
        let after = error(compensated.dequantized(), unseen, wanted, rows: rows, inputs: inputs, columns: 200)
        #expect(after < 0.6 * before)
    }

    @Test func momentsMatchTheirDefinition() {
        let x = correlated(inputs: 3, columns: 50, seed: 1).map { $0 + 100 }
        let y = (0..<50).map { x[$0] * 2 + x[50 + $0] }
        var moments = LayerMoments(inputs: 3, outputs: 1)
        for start in [0, 30] {
            let range = start..<(start == 0 ? 30 : 50)
            moments.add(
                (0..<3).flatMap { row in range.map { x[row * 50 + $0] } }, range.map { y[$0] }, columns: range.count)
        }
        let covariance = moments.covariance()
        let cross = moments.crossCovariance(output: 0)
        for j in 0..<3 {
            let wanted = 2 * covariance[j] + covariance[3 + j]
            #expect(abs(cross[j] - wanted) < 1e-3 * max(1, abs(wanted)))
        }
        let mean = x[0..<50].reduce(0.0) { $0 + Double($1) } / 50
        #expect(abs(moments.mean(input: 0) - mean) < 1e-4)
    }

    @Test func deadInputsAndConstantInputsDoNotMatter() {
        var moments = LayerMoments(inputs: 2, outputs: 1)
        moments.add([0, 0, 0, 0, 5, 5, 5, 5], [1, 1, 1, 1], columns: 4)
        let rounded = CompensatedRounding(bits: 4).quantize([0.5, -0.25], moments: moments)
        #expect(rounded.integers == [7, -4] || rounded.integers == [7, -3])
    }

    @Test func weightsOfZeroStayZero() {
        let rounded = NearestRounding(bits: 8).quantize([0, 0, 1, -2], rows: 2, columns: 2)
        #expect(rounded.integers == [0, 0, 64, -127])
        #expect(rounded.dequantized()[0...1] == [0, 0])
    }

    @Test func choleskySolves() {
        let factor = Cholesky([4, 2, 2, 3], size: 2)
        let x = factor?.solve([8, 7])
        #expect(x.map { abs($0[0] - 1.25) < 1e-12 && abs($0[1] - 1.5) < 1e-12 } == true)
        #expect(Cholesky([1, 2, 2, 1], size: 2) == nil)
    }

    @Test func aBiasThatWouldNotFitWidensTheScale() {
        let smallest = LayerRounding.smallestScales(bias: [1000, 0], inputScale: 1e-6)
        let rounded = NearestRounding(bits: 8).quantize([1e-6, 1e-6], rows: 2, columns: 1, smallestScales: smallest)
        #expect(1000 / (rounded.scales[0] * 1e-6) <= 0x1p30 * 1.001)
        #expect(rounded.scales[1] < 1e-7)
    }
}
