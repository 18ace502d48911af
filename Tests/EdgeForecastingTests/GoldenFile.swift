import Foundation
import PeerTesting

/// What other authors' programs make of small series and signals; see Tests/Peers/make_forecasting_golden.py.
enum GoldenFile {
    private struct Envelope<Content: Decodable>: Decodable {
        let content: Content
    }

    static func read<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
        let path = PackageRoot.file("Tests/EdgeForecastingTests/Golden/\(name).json")
        return try JSONDecoder().decode(Envelope<Content>.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
            .content
    }

    struct Series: Decodable {
        let name: String
        let season: Int
        let values: [Double]
        let ets: [ETS]
        let autoETS: ETS
        let theta: [Theta]
        let autoTheta: Theta
    }

    struct ETS: Decodable {
        let form: String
        let alpha, beta, gamma, phi, level, slope: Double
        let figures: [Double]
        let deviance, aicc: Double
        let forecast: [Double]
    }

    struct Theta: Decodable {
        let form, seasonal: String
        let level, alpha, theta, error: Double
        let forecast: [Double]
    }

    struct Spectra: Decodable {
        struct Transform: Decodable {
            let count: Int
            let real, imaginary: [Double]
        }
        struct Welch: Decodable {
            let count, segment: Int
            let window: String
            let rate: Double
            let values: [Double]
        }
        struct Envelope: Decodable {
            let count: Int
            let values: [Double]
        }
        let transforms: [Transform]
        let welch: [Welch]
        let envelopes: [Envelope]
    }

    struct Ridge: Decodable {
        let features, targets, probe: [[Double]]
        let predictions: [String: [[Double]]]
    }

    static let series: [Series] = (try? read("models", as: [Series].self)) ?? []
}
