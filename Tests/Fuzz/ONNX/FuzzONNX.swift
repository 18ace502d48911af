import EdgeModels
import Fuzzing
import FuzzingModels

/// Any bytes are an ONNX model or an error, and a model can be summed up, written and run, or refuses with an error.
@main struct FuzzONNX {
    static func main() {
        Fuzzer.run { bytes in
            guard let model = try? ONNXReader().read(bytes) else { return }
            ModelExercise.exercise(model)
        }
    }
}
