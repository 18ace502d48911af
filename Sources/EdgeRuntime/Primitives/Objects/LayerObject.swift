public import EdgeLang
public import EdgeTraining

/// A layer that `network` builds.
public final class LayerObject: HostObject {
    public static let typeName = "layer"

    public let layer: Layer
    /// As a script would write it.
    private let text: String

    init(_ layer: Layer, _ text: String) {
        self.layer = layer
        self.text = text
    }

    public func display(_ options: DisplayOptions) -> String { text }

    public func isEqual(to other: any HostObject) -> Bool { (other as? LayerObject)?.layer == layer }
}
