import EdgeTensors
import EdgeTraining
import Foundation
import PeerTesting

/// What PyTorch computes; see Tests/Peers/make_training_golden.py.
enum TrainingGolden {
    struct Optimisers: Decodable {
        let start: [Float]
        let gradients: [[Float]]
        let cases: [String: [[Float]]]
    }

    struct Schedules: Decodable {
        let cosine, step, oneCycle, losses, plateau: [Double]
    }

    struct Losses: Decodable {
        struct Case: Decodable {
            let value: Double
            let gradient: [Float]
        }
        let outputs, numbers, shares, yes, weights, teacher: [Float]
        let labels: [Int]
        let cases: [String: Case]
    }

    static func read<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
        let path = PackageRoot.file("Tests/EdgeTrainingTests/Golden/\(name).json")
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// A block of numbers that optimisers work on.
final class Numbers {
    let buffer: UnsafeMutableBufferPointer<Float>

    init(_ values: [Float]) {
        buffer = .allocate(capacity: values.count)
        _ = buffer.initialize(from: values)
    }

    deinit { buffer.deallocate() }

    var values: [Float] {
        get { Array(buffer) }
        set { _ = buffer.update(fromContentsOf: newValue) }
    }
}
