import EdgeTensors
import Glibc

/// `DetectionPostprocess`, TFLite's last step of a single-shot detector: boxes decoded against their anchors, those kept that are likely and do
/// not cover better ones. What is not found is zero.
///
/// Inputs: encodings `[1, anchors, 4 or more]`, scores `[1, anchors, classes]` (a class ahead of the others is the background), anchors
/// `[anchors, 4]` as centre and size. Outputs: boxes `[1, most, 4]`, classes and scores `[1, most]`, their number `[1]`.
struct ReferenceDetection {
    private let context: LoweringContext
    private let anchors: Int
    private let coordinates: Int
    private let columns: Int
    private let classes: Int
    private let most: Int
    private let perAnchor: Int

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        try ReferenceDetection(context).lowered()
    }

    private init(_ context: LoweringContext) throws(ModelError) {
        self.context = context
        let encodings = try context.operand(0).shape
        let scores = try context.operand(1).shape
        guard encodings.count == 3, scores.count == 3, encodings[0] == 1, scores[0] == 1, encodings[2] >= 4,
            scores[1] == encodings[1], try context.operand(2).shape == [encodings[1], 4]
        else { throw context.fail("scores of shape \(scores) do not fit boxes of shape \(encodings)") }
        (anchors, coordinates, columns) = (encodings[1], encodings[2], scores[2])
        classes = context.node.int("num_classes") ?? 0
        most = context.node.int("max_detections") ?? 0
        perAnchor = context.node.int("max_classes_per_detection") ?? 1
        guard classes > 0, columns == classes || columns == classes + 1, most >= 0, perAnchor > 0,
            most <= LoweringContext.largestExtent, perAnchor <= classes
        else {
            throw context.fail("\(columns) scores an anchor do not fit \(classes) classes, \(perAnchor) of them a box")
        }
    }

    private func lowered() throws(ModelError) -> Lowered {
        let (count, overflow) = most.multipliedReportingOverflow(by: perAnchor)
        guard !overflow else { throw context.fail("it asks for too many boxes") }
        let results = [
            try context.result(.f32, [1, count, 4]), try context.result(.f32, [1, count]),
            try context.result(.f32, [1, count]), try context.result(.f32, [1]),
        ]
        let scales = ["y_scale", "x_scale", "h_scale", "w_scale"].map { Double(context.node.float($0) ?? 1) }
        let isRegular = context.node.int("use_regular_nms") == 1
        return try .real(context, results) { values throws(ModelError) in
            let boxes = decoded(values[0], anchors: values[2], scales)
            let found = isRegular ? byClass(boxes, values[1]) : byAnchor(boxes, values[1])
            var places = [Double](repeating: 0, count: count * 4)
            var kinds = [Double](repeating: 0, count: count)
            var scores = [Double](repeating: 0, count: count)
            for (position, item) in found.detections.enumerated() where position < count {
                for corner in 0..<4 { places[4 * position + corner] = boxes[4 * item.anchor + corner] }
                kinds[position] = Double(item.kind)
                scores[position] = item.score
            }
            return [places, kinds, scores, [Double(found.boxes)]]
        }
    }

    private struct Detection {
        var anchor: Int
        var kind: Int
        var score: Double
    }

    /// Corners `[top, left, bottom, right]` of all boxes.
    private func decoded(_ encodings: [Double], anchors centres: [Double], _ scales: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: 4 * anchors)
        for anchor in 0..<anchors {
            let (code, place) = (anchor * coordinates, 4 * anchor)
            for axis in 0..<2 {
                let size = centres[place + 2 + axis]
                let centre = encodings[code + axis] / scales[axis] * size + centres[place + axis]
                let half = Glibc.exp(encodings[code + 2 + axis] / scales[2 + axis]) * size / 2
                // In single precision, as they are compared.
                result[place + axis] = Double(Float(centre - half))
                result[place + 2 + axis] = Double(Float(centre + half))
            }
        }
        return result
    }

    /// The best boxes by one score each, those left out that cover a better one.
    private func suppressed(_ boxes: [Double], _ scores: [Double], limit: Int) -> [Int] {
        let threshold = Double(context.node.float("nms_score_threshold") ?? 0)
        let overlap = Double(context.node.float("nms_iou_threshold") ?? 0)
        let order = scores.indices.filter { scores[$0] >= threshold }
            .sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
        var kept: [Int] = []
        for box in order {
            if kept.count >= limit { break }
            if kept.allSatisfy({ BoxOverlap.ratio(boxes, box, $0) <= overlap }) { kept.append(box) }
        }
        return kept
    }

    /// One round for all classes: the best class of each anchor stands for it.
    private func byAnchor(_ boxes: [Double], _ scores: [Double]) -> (detections: [Detection], boxes: Int) {
        let background = columns - classes
        func score(_ anchor: Int, _ kind: Int) -> Double { scores[anchor * columns + background + kind] }
        let best: [Double] = (0..<anchors).map { anchor in
            var largest = score(anchor, 0)
            for kind in 1..<max(classes, 1) { largest = max(largest, score(anchor, kind)) }
            return largest
        }
        let kept = suppressed(boxes, best, limit: most)
        var result: [Detection] = []
        for anchor in kept {
            let kinds = (0..<classes).sorted { first, second in
                let (a, b) = (score(anchor, first), score(anchor, second))
                return a == b ? first < second : a > b
            }
            for kind in kinds.prefix(perAnchor) {
                result.append(Detection(anchor: anchor, kind: kind, score: score(anchor, kind)))
            }
        }
        return (result, kept.count)
    }

    /// A round for each class, then the best of all.
    private func byClass(_ boxes: [Double], _ scores: [Double]) -> (detections: [Detection], boxes: Int) {
        let background = columns - classes
        let limit = max(context.node.int("detections_per_class") ?? 100, 0)
        var found: [Detection] = []
        for kind in 0..<classes {
            let own: [Double] = (0..<anchors).map { scores[$0 * columns + background + kind] }
            for anchor in suppressed(boxes, own, limit: limit) {
                found.append(Detection(anchor: anchor, kind: kind, score: own[anchor]))
            }
        }
        let order = found.indices.sorted {
            found[$0].score == found[$1].score ? $0 < $1 : found[$0].score > found[$1].score
        }
        let best = order.prefix(most).map { found[$0] }
        return (best, best.count)
    }
}
