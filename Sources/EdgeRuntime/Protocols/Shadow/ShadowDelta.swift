import EdgeData

/// What a device still has to do.
enum ShadowDelta {
    /// The part of what is wanted that what is reported does not have. Numbers are compared as numbers: 21 is 21.0.
    static func between(desired: DataTree, reported: DataTree) -> DataTree {
        guard case .record(let wanted) = desired else { return .record([]) }
        var result: [DataTree.Field] = []
        for field in wanted {
            let found = reported[field.name]
            if let found, isEqual(field.value, found) { continue }
            if case .record(let inner) = field.value, !inner.isEmpty, case .record? = found {
                result.append(.init(name: field.name, value: between(desired: field.value, reported: found ?? .null)))
            } else {
                result.append(field)
            }
        }
        return .record(result)
    }

    /// Whether what is reported has all that is wanted.
    private static func isEqual(_ wanted: DataTree, _ found: DataTree) -> Bool {
        switch (wanted, found) {
        case (.int(let left), .float(let right)): return Double(left) == right
        case (.float(let left), .int(let right)): return left == Double(right)
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { isEqual($0, $1) }
        case (.record(let left), .record(let right)):
            if left.isEmpty { return right.isEmpty }
            return left.allSatisfy { field in found[field.name].map { isEqual(field.value, $0) } ?? false }
        default: return wanted == found
        }
    }
}
