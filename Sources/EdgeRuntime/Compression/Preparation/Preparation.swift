package import EdgeModels

/// Brings a float network into the form that is quantized: normalisation and affine operators folded into the weights before them,
/// dense layers as `Gemm` with weights `[out, in]`, nothing left that computes a constant.
///
/// The result computes the same function.
package enum Preparation {
    package static func prepare(_ model: Model) throws -> Model {
        var result = model
        try ConstantFolding.run(&result.graph)
        PassThroughRemoval.run(&result.graph)
        try DenseLayers.run(&result.graph)
        try AffineFolding.run(&result.graph)
        result.graph.removeUnusedConstants()
        return result
    }
}
