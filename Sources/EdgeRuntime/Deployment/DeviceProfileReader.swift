package import EdgeData

/// Makes a profile of the contents of its file, and says what is wrong with it where it is.
package struct DeviceProfileReader {
    /// What messages call the file.
    private let path: String

    package init(path: String) { self.path = path }

    private static let figures = ["clock", "ram", "flash", "moved_byte", "layer"]

    package func read(_ tree: DataTree) throws(DeploymentError) -> DeviceProfile {
        guard case .record(let fields) = tree else { throw .profile(path, "the file must hold a record") }
        let known = ["name", "title", "multiplication"] + DeviceProfileReader.figures
        for field in fields where !known.contains(field.name) {
            throw .profile(path, "`\(field.name)` is not known", hint: "known: \(known.joined(separator: ", "))")
        }
        return DeviceProfile(
            name: try text("name", of: tree), title: try text("title", of: tree),
            clock: try figure("clock", of: tree, in: 1e3...1e11), ram: try figure("ram", of: tree, in: 1...1e15),
            flash: try figure("flash", of: tree, in: 1...1e15), multiplication: try costs(tree),
            movedByte: try figure("moved_byte", of: tree, in: 0...1e6),
            layer: try figure("layer", of: tree, in: 0...1e9))
    }

    private func text(_ name: String, of tree: DataTree) throws(DeploymentError) -> String {
        guard case .text(let text)? = tree[name], !text.isEmpty else {
            throw .profile(path, "`\(name)` must be a text")
        }
        return text
    }

    /// `{value: 120e6, source: "…"}`, or the number alone.
    private func figure(
        _ name: String, of tree: DataTree, in range: ClosedRange<Double>
    ) throws(DeploymentError) -> DeviceProfile.Figure {
        guard let entry = tree[name] else { throw .profile(path, "`\(name)` is missing") }
        let value = try number(entry["value"] ?? entry, name, in: range)
        return DeviceProfile.Figure(value, source: source(entry))
    }

    private func number(
        _ tree: DataTree?, _ name: String, in range: ClosedRange<Double>
    ) throws(DeploymentError) -> Double {
        let value: Double
        switch tree {
        case .int(let number)?: value = Double(number)
        case .float(let number)?: value = number
        case nil: throw .profile(path, "`\(name)` is missing")
        default: throw .profile(path, "`\(name)` must be a number")
        }
        guard range.contains(value) else {
            throw .profile(
                path, "`\(name)` must lie between \(range.lowerBound) and \(range.upperBound), found \(value)")
        }
        return value
    }

    private func source(_ tree: DataTree) -> String {
        if case .text(let text)? = tree["source"] { text } else { "" }
    }

    private func costs(_ tree: DataTree) throws(DeploymentError) -> [LayerClass: DeviceProfile.Cost] {
        guard case .record(let fields)? = tree["multiplication"] else {
            throw .profile(
                path, "`multiplication` must give the cycles of each kind of layer",
                hint: "kinds: \(LayerClass.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if let wrong = fields.first(where: { LayerClass(rawValue: $0.name) == nil }) {
            throw .profile(
                path, "`multiplication.\(wrong.name)` is not known",
                hint: "kinds: \(LayerClass.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var result: [LayerClass: DeviceProfile.Cost] = [:]
        for kind in LayerClass.allCases {
            let name = "multiplication.\(kind.rawValue)"
            guard let entry = fields.first(where: { $0.name == kind.rawValue })?.value else {
                throw .profile(path, "`\(name)` is missing")
            }
            let range = 1e-6...1e6
            let int4 = entry["int4"]
            result[kind] = DeviceProfile.Cost(
                int8: try number(entry["int8"], name + ".int8", in: range),
                f32: try number(entry["f32"], name + ".f32", in: range),
                int4: int4 == nil ? nil : try number(int4, name + ".int4", in: range), source: source(entry))
        }
        return result
    }
}
