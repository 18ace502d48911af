/// Sum of products, in lanes, as recurrent layers spend their time in it.
enum DotProduct {
    @inline(__always) static func of(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        var lanes = SIMD16<Float>()
        var position = 0
        while position + 16 <= count {
            let left = UnsafeRawPointer(a + position).loadUnaligned(as: SIMD16<Float>.self)
            let right = UnsafeRawPointer(b + position).loadUnaligned(as: SIMD16<Float>.self)
            lanes += left * right
            position += 16
        }
        var sum = lanes.sum()
        while position < count {
            sum += a[position] * b[position]
            position += 1
        }
        return sum
    }
}
