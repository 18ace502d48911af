import EdgeTensors

/// The last steps of detectors: boxes decoded and chosen.
extension TFLiteGraphReader {
    /// The custom operator that every single-shot detector of TensorFlow ends with.
    static let detection = "TFLite_Detection_PostProcess"

    mutating func readDetection(_ operation: TFLiteOperation) throws {
        guard let options = FlexBuffer(operation.customOptions).numbers(), operation.outputs.count == 4 else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` has options that are no map")
        }
        var attributes: [String: Attribute] = [:]
        for name in ["max_detections", "max_classes_per_detection", "detections_per_class", "num_classes"] {
            if let value = options[name] { attributes[name] = .int(Int(exactly: value.rounded()) ?? 0) }
        }
        if options["use_regular_nms"] ?? 0 != 0 { attributes["use_regular_nms"] = .int(1) }
        for name in ["nms_score_threshold", "nms_iou_threshold", "y_scale", "x_scale", "h_scale", "w_scale"] {
            if let value = options[name] { attributes[name] = .float(Float(value)) }
        }
        let inputs: [ValueID?] = [try real(operation, 0), try real(operation, 1), try real(operation, 2)]
        var results: [ValueID] = []
        for position in 0..<4 {
            results.append(try output(operation, position))
            // Converters leave their shapes open: the options say what they are.
            graph[results[position]].type = TensorType(dtype: .f32, shape: nil)
        }
        emit(.detectionPostprocess, operation, inputs, to: results, attributes)
    }

    /// `NON_MAX_SUPPRESSION_V4` and, with scores that sink, `V5`.
    mutating func readSuppression(_ operation: TFLiteOperation, isSoft: Bool) throws {
        guard operation.outputs.count == (isSoft ? 3 : 2) else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` has \(operation.outputs.count) outputs")
        }
        var inputs: [ValueID?] = []
        for position in 0..<(isSoft ? 6 : 5) { inputs.append(try required(operation, position)) }
        let scores =
            isSoft
            ? try output(operation, 1)
            : intermediate(operation, "/scores", TensorType(dtype: .f32, shape: nil))
        emit(
            .boundedNonMaxSuppression, operation, inputs,
            to: [try output(operation), scores, try output(operation, isSoft ? 2 : 1)])
    }
}
