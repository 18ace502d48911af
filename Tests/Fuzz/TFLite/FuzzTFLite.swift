import EdgeModels
import Fuzzing

/// Any bytes are a TFLite model or an error, and a model can be summed up.
@main struct FuzzTFLite {
    static func main() {
        Fuzzer.run { bytes in
            guard let model = try? TFLiteReader().read(bytes) else { return }
            _ = ModelSummary(model)
        }
    }
}
