extension FunctionCompiler {
    /// Longer literals are built element by element: registers are few.
    private static let longestRow = 48

    func compile(_ elements: [ListElement], into target: Int, isNew: Bool) {
        let span = builder.span
        var items: [Expression] = []
        for case .item(let expression) in elements { items.append(expression) }
        if items.count == elements.count, items.count <= FunctionCompiler.longestRow {
            let first = builder.allocate(items.count)
            for (index, item) in items.enumerated() { compile(item, into: first + index, .owned, isNew: true) }
            builder.span = span
            builder.emit(.makeList, target, first, items.count)
            return
        }
        let list = isNew ? target : builder.allocate()
        builder.emit(.makeList, list, 0, 0)
        for element in elements {
            let mark = builder.nextRegister
            switch element {
            case .item(let expression):
                let register = builder.allocate()
                compile(expression, into: register, .owned, isNew: true)
                builder.emit(.appendElement, list, register)
            case .spread(let expression):
                let register = operand(expression, .operand)
                builder.span = expression.span
                builder.emit(.appendSpread, list, register)
            }
            builder.nextRegister = mark
        }
        if list != target { builder.emit(.move, target, list) }
    }

    func compile(_ elements: [RecordElement], into target: Int, isNew: Bool) {
        let span = builder.span
        if let shape = shape(of: elements) {
            let first = builder.allocate(elements.count)
            for (index, element) in elements.enumerated() {
                if case .field(_, let expression) = element {
                    compile(expression, into: first + index, .owned, isNew: true)
                }
            }
            builder.span = span
            builder.emit(.makeRecord, target, first)
            builder.append(UInt64(UInt(bitPattern: shape)))
            return
        }
        let record = isNew ? target : builder.allocate()
        builder.emit(.makeEmptyRecord, record, 0, min(elements.count, 64))
        for element in elements {
            let mark = builder.nextRegister
            switch element {
            case .field(let name, let expression):
                let register = builder.allocate()
                compile(expression, into: register, .owned, isNew: true)
                builder.emit(.putField, record, register, builder.constant(name.name))
            case .spread(let expression):
                let register = operand(expression, .operand)
                builder.span = expression.span
                builder.emit(.putSpread, record, register)
            }
            builder.nextRegister = mark
        }
        if record != target { builder.emit(.move, target, record) }
    }

    /// The shape of a literal whose keys are all written, once each, and few.
    private func shape(of elements: [RecordElement]) -> UnsafeMutablePointer<Shape>? {
        guard elements.count <= Shape.largest else { return nil }
        var shape = heap.state.pointee.shapes.empty
        for element in elements {
            guard case .field(let name, _) = element else { return nil }
            let key = heap.intern(name.name)
            guard shape.pointee.find(key) == nil,
                let next = heap.state.pointee.shapes.adding(key, to: shape)
            else { return nil }
            shape = next
        }
        return shape
    }
}
