import EdgeModels
import EdgeTensors

/// `Einsum`: the gradient by an operand is the same kind of sum, over the gradient of the result and the other operands.
enum EinsumRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let equation = (context.node.string("equation") ?? "").filter { $0 != " " }
        let sides = equation.split(separator: "-", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[1].hasPrefix(">"), !equation.contains(".") else {
            throw context.refused("the equation `\(equation)` has no gradient yet")
        }
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let target = String(sides[1].dropFirst())
        guard terms.count == context.operands.count, terms.allSatisfy({ Set($0).count == $0.count }) else {
            throw context.refused("the equation `\(equation)` has no gradient yet")
        }
        var kernels: [(position: Int, kernel: NodeKernel, others: [Int])] = []
        for position in terms.indices where context.wants(position) {
            let others = terms.indices.filter { $0 != position }
            let known = Set(target + others.map { terms[$0] }.joined())
            guard terms[position].allSatisfy(known.contains) else {
                throw context.refused("an index of `\(terms[position])` is summed alone, which has no gradient yet")
            }
            var node = context.node
            let inputs = ([target] + others.map { terms[$0] }).joined(separator: ",")
            node.attributes["equation"] = .string("\(inputs)->\(terms[position])")
            let shapes = try [context.results[0].shape] + others.map { try context.operand($0).shape }
            let kernel = try NodeKernel(
                node, inputs: shapes.map { NodeKernel.Input(dtype: .f32, shape: $0, constant: nil) },
                options: context.options)
            kernels.append((position, kernel, others))
        }
        var result = Differentiated()
        result.writing = .storesOnly
        result.readsInputs = Array(terms.indices)
        // Addresses of operands and result of a kernel, then its scratch blocks.
        let addresses = (terms.count + 1) * MemoryLayout<UnsafeMutableRawPointer>.stride
        result.backwardScratch = [addresses]
        var first: [Int] = []
        for entry in kernels {
            first.append(result.backwardScratch.count)
            result.backwardScratch += entry.kernel.scratch
        }
        result.backward = { [kernels, first] memory in
            let table = memory.scratch[0].assumingMemoryBound(to: UnsafeMutableRawPointer.self)
            for (index, entry) in kernels.enumerated() {
                table[0] = memory.outputGradients[0]
                for (place, other) in entry.others.enumerated() { table[place + 1] = memory.inputs[other] }
                let output = table + terms.count
                output[0] = memory.inputGradients[entry.position]
                // Sums of products know no error that depends on data.
                try? entry.kernel.run(inputs: table, outputs: output, scratch: memory.scratch + first[index])
            }
        }
        return result
    }
}
