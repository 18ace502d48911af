/// How samples are changed each time they are seen, so that a network learns what does not matter.
///
/// Lengths are in elements: pixels, or values of a series. Where there is one axis besides the channels it is time, and counts as the width.
public struct Augmentation: Sendable, Hashable {
    /// The axes that are mirrored for every other sample.
    public enum Flip: String, Sendable, Hashable, CaseIterable {
        case none, horizontal, vertical, both
    }

    public var flip = Flip.none
    /// Every other sample is negated.
    public var invert = false
    /// Moves the picture by up to so many elements on both axes; zeros come in (padding and cropping).
    public var crop = 0
    /// Turns time, or each row, by up to so many elements; what leaves comes back at the other end.
    public var shift = 0
    /// Stretches time by up to this share, either way.
    public var stretch: Float = 0
    /// Multiplies by a factor that is at most this far from 1.
    public var scale: Float = 0
    /// The deviation of normal noise that is added.
    public var noise: Float = 0
    /// A square (for a series: a stretch) of this size is set to zero (DeVries and Taylor, 2017).
    public var cutout = 0
    /// Mixes each sample and its label with another, in a share of the Beta distribution with both parameters this (Zhang et al., 2018).
    public var mixup: Float = 0

    public init() {}

    /// Whether nothing is changed.
    public var isEmpty: Bool { self == Augmentation() }
}
