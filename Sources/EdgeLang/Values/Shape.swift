import Glibc

/// The layout of a record with few keys: which key lies in which slot. Records made the same way have the same shape,
/// so that `r.name` at one place in the code finds its slot by comparing one number.
///
/// Shapes live as long as the heap. Their count is bounded: past the bound, and past `largest` keys, a record becomes a table.
struct Shape {
    /// Never zero, but for the shape of tables.
    var number: UInt32
    var count: Int
    /// Interned, in slot order.
    var keys: UnsafeMutablePointer<UnsafeMutablePointer<StringCell>>
    /// Slot number plus one by hash, where there are many keys; made at the first search.
    var index: UnsafeMutablePointer<UInt8>?

    static let largest = 32
    private static let indexSize = 128

    /// The slot of an interned key.
    @inline(__always)
    mutating func find(_ key: UnsafeMutablePointer<StringCell>) -> Int? {
        if count > 8 { return findByHash(key) }
        for slot in 0..<count where keys[slot] == key { return slot }
        return nil
    }

    private mutating func findByHash(_ key: UnsafeMutablePointer<StringCell>) -> Int? {
        let index = self.index ?? makeIndex()
        var position = Int(key.pointee.header.extra) & (Shape.indexSize - 1)
        while index[position] != 0 {
            let slot = Int(index[position]) - 1
            if keys[slot] == key { return slot }
            position = (position + 1) & (Shape.indexSize - 1)
        }
        return nil
    }

    private mutating func makeIndex() -> UnsafeMutablePointer<UInt8> {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: Shape.indexSize)
        table.initialize(repeating: 0, count: Shape.indexSize)
        for slot in 0..<count {
            var position = Int(keys[slot].pointee.header.extra) & (Shape.indexSize - 1)
            while table[position] != 0 { position = (position + 1) & (Shape.indexSize - 1) }
            table[position] = UInt8(slot + 1)
        }
        index = table
        return table
    }
}

/// All shapes of a heap, and how one follows from another by adding a key.
struct ShapeTable {
    private struct Step: Hashable {
        var shape: UInt32
        var key: UnsafeMutablePointer<StringCell>
    }

    private static let most = 8192
    private var shapes: [UnsafeMutablePointer<Shape>] = []
    private var steps: [Step: UInt32] = [:]

    /// What a record in the form of a table has in place of a shape.
    let table: UnsafeMutablePointer<Shape>
    /// The shape of `{}`.
    let empty: UnsafeMutablePointer<Shape>

    init() {
        table = ShapeTable.make(number: 0, count: 0)
        empty = ShapeTable.make(number: 1, count: 0)
        shapes = [table, empty]
    }

    private static func make(number: UInt32, count: Int) -> UnsafeMutablePointer<Shape> {
        let shape = UnsafeMutablePointer<Shape>.allocate(capacity: 1)
        shape.initialize(to: Shape(number: number, count: count, keys: .allocate(capacity: max(count, 1)), index: nil))
        return shape
    }

    /// The shape with one key more (which the shape must not have), nil where the record has to become a table.
    mutating func adding(
        _ key: UnsafeMutablePointer<StringCell>, to shape: UnsafeMutablePointer<Shape>
    ) -> UnsafeMutablePointer<Shape>? {
        let step = Step(shape: shape.pointee.number, key: key)
        if let known = steps[step] { return shapes[Int(known)] }
        if shape.pointee.count >= Shape.largest || shapes.count >= ShapeTable.most { return nil }
        let next = ShapeTable.make(number: UInt32(shapes.count), count: shape.pointee.count + 1)
        next.pointee.keys.update(from: shape.pointee.keys, count: shape.pointee.count)
        next.pointee.keys[shape.pointee.count] = key
        shapes.append(next)
        steps[step] = next.pointee.number
        return next
    }

    func destroy() {
        for shape in shapes {
            shape.pointee.keys.deallocate()
            shape.pointee.index?.deallocate()
            shape.deallocate()
        }
    }
}
