import EdgeModels
import Fuzzing

/// Any bytes are an ONNX model or an error, and a model can be summed up.
@main struct FuzzONNX {
    static func main() {
        Fuzzer.run { bytes in
            guard let model = try? ONNXReader().read(bytes) else { return }
            _ = ModelSummary(model)
        }
    }
}
