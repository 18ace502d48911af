import EdgeLang
import EdgeTensors

/// A tensor for people: what it is, its range, and its numbers where there are few of them.
enum TensorText {
    /// The most elements along an axis that are shown before and after the dots.
    private static let edge = 3
    private static let showsAllUpTo = 60

    static func describe(_ tensor: Tensor) -> String {
        let title = "tensor \(tensor.dtype.rawValue) \(tensor.shape)"
        guard tensor.count > 0, let numbers = try? TensorNumbers(tensor) else { return title }
        if tensor.dtype == .text {
            return title + "\n" + body(tensor.shape, numbers, axis: 0, offset: 0, shortens: tensor.count > showsAllUpTo)
        }
        var (low, high, sum) = (Double.infinity, -Double.infinity, 0.0)
        for position in 0..<tensor.count {
            let number = numbers[position]
            low = min(low, number)
            high = max(high, number)
            sum += number
        }
        let range =
            tensor.count == 1
            ? ""
            : ", \(ReadableValue.number(low)) … \(ReadableValue.number(high)), mean \(ReadableValue.number(sum / Double(tensor.count)))"
        let contents = body(tensor.shape, numbers, axis: 0, offset: 0, shortens: tensor.count > showsAllUpTo)
        return title + range + "\n" + contents
    }

    private static func body(
        _ shape: [Int], _ numbers: TensorNumbers, axis: Int, offset: Int, shortens: Bool
    ) -> String {
        guard axis < shape.count else {
            if case .string(let text) = numbers.plain(offset) { return "\"\(text)\"" }
            return ReadableValue.number(numbers[offset])
        }
        let extent = shape[axis]
        let width = shape[(axis + 1)...].reduce(1, *)
        let isInnermost = axis == shape.count - 1
        var parts: [String] = []
        for index in 0..<extent {
            if shortens, extent > 2 * edge, index >= edge, index < extent - edge {
                if index == edge { parts.append("…") }
                continue
            }
            parts.append(body(shape, numbers, axis: axis + 1, offset: offset + index * width, shortens: shortens))
        }
        let separator = isInnermost ? ", " : ",\n" + String(repeating: " ", count: axis + 1)
        return "[" + parts.joined(separator: separator) + "]"
    }
}
