import EdgeModels
import Fuzzing
import FuzzingModels

/// Any bytes are a TFLite model or an error, and a model can be summed up, written and run, or refuses with an error.
@main struct FuzzTFLite {
    static func main() {
        Fuzzer.run { bytes in
            guard let model = try? TFLiteReader().read(bytes) else { return }
            ModelExercise.exercise(model)
        }
    }
}
