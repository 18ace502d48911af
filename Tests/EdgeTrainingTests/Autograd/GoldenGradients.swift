import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// A case of `Golden/gradients.json`: an operator with operands, results, and what PyTorch says of the gradients.
struct GoldenGradient: Decodable, Sendable, CustomTestStringConvertible {
    struct Operand: Decodable, Sendable {
        let type: String
        let shape: [Int]
        let data: [Double]
        let gradient: [Double]?

        var tensor: Tensor {
            get throws {
                switch type {
                case "f32": try Tensor(data.map(Float.init), shape: shape)
                case "i32": try Tensor(data.map { Int32($0) }, shape: shape)
                case "bool": try Tensor(data.map { $0 != 0 }, shape: shape)
                default: try Tensor(data.map { Int64($0) }, shape: shape)
                }
            }
        }
    }

    /// A number, a word, or a list of either.
    enum Value: Decodable, Sendable {
        case number(Double), list([Int]), fractions([Double]), word(String), words([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let list = try? container.decode([Int].self) {
                self = .list(list)
            } else if let fractions = try? container.decode([Double].self) {
                self = .fractions(fractions)
            } else if let words = try? container.decode([String].self) {
                self = .words(words)
            } else {
                self = .word(try container.decode(String.self))
            }
        }
    }

    let name: String
    let op: String
    let attributes: [String: Value]
    let operands: [Operand?]
    let results: [Operand]
    let training: Bool

    var testDescription: String { name }

    static let all: [GoldenGradient] = {
        struct File: Decodable { let cases: [GoldenGradient] }
        let path = PackageRoot.file("Tests/EdgeTrainingTests/Golden/gradients.json")
        guard let data = FileManager.default.contents(atPath: path),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [] }
        return file.cases
    }()

    /// Attributes of floats; the others with a number hold integers.
    private static let floats: Set<String> = [
        "alpha", "beta", "gamma", "epsilon", "momentum", "lambd", "bias", "scale", "softcap", "clip",
    ]

    var nodeAttributes: [String: Attribute] {
        var result: [String: Attribute] = [:]
        for (name, value) in attributes {
            switch value {
            case .number(let number):
                result[name] = Self.floats.contains(name) ? .float(Float(number)) : .int(Int(number))
            case .list(let list): result[name] = .ints(list)
            case .fractions(let fractions): result[name] = .floats(fractions.map(Float.init))
            case .word(let word): result[name] = .string(word)
            case .words(let words): result[name] = .strings(words)
            }
        }
        return result
    }
}
