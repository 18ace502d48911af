extension ValuePath {
    /// Reads `plant.pumps[2].limits` backwards from where it ends; nil where what stands there is computed.
    init?(endingAt end: Int, in bytes: [UInt8]) {
        var steps: [Step] = []
        var position = end
        while true {
            if position > 0, bytes[position - 1] == UInt8(ascii: "]") {
                var open = position - 1
                while open > 0, TypedContext.isDigit(bytes[open - 1]) { open -= 1 }
                guard open > 0, bytes[open - 1] == UInt8(ascii: "["),
                    let index = Int(String(decoding: bytes[open..<(position - 1)], as: UTF8.self))
                else { return nil }
                steps.append(.index(index))
                position = open - 1
                continue
            }
            let start = TypedContext.nameStart(before: position, in: bytes)
            guard start < position, !TypedContext.isDigit(bytes[start]) else { return nil }
            let name = String(decoding: bytes[start..<position], as: UTF8.self)
            guard start > 0, bytes[start - 1] == UInt8(ascii: ".") else {
                self.init(name: name, steps: steps.reversed())
                return
            }
            steps.append(.field(name))
            position = start - 1
        }
    }
}
