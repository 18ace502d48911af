import EdgeModels
import Fuzzing

/// Any bytes are a TensorFlow Lite model or an error, and a model can be described.
@main struct FuzzTFLite {
    static func main() {
        Fuzzer.run { bytes in
            guard let model = try? TFLiteReader().read(bytes) else { return }
            _ = ModelSummary(model)
        }
    }
}
