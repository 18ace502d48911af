extension Node {
    /// Whether it gives a state of the session another content, itself or within a body; such a node runs although nobody reads its result.
    var changesState: Bool {
        op == .assignVariable
            || attributes.values.contains { attribute in
                if case .graph(let body) = attribute { body.nodes.contains(where: \.changesState) } else { false }
            }
    }
}
