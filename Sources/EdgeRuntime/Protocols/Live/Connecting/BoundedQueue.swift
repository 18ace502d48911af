/// First in, first out, never longer than its capacity: what does not fit pushes the oldest out.
struct BoundedQueue<Element: Sendable>: Sendable {
    let capacity: Int
    // A ring: grows up to the capacity, so that a long queue that stays empty costs nothing.
    private var elements: [Element?] = []
    private var first = 0
    private(set) var count = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// - Returns: whether it fitted; if not, the oldest element is gone.
    mutating func append(_ element: Element) -> Bool {
        let fits = count < capacity
        if !fits { _ = popFirst() }
        if count == elements.count { grow() }
        elements[(first + count) % elements.count] = element
        count += 1
        return fits
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = elements[first]
        elements[first] = nil
        first = (first + 1) % elements.count
        count -= 1
        return element
    }

    private mutating func grow() {
        let size = min(capacity, max(16, elements.count * 2))
        var larger: [Element?] = []
        larger.reserveCapacity(size)
        for position in 0..<count { larger.append(elements[(first + position) % elements.count]) }
        larger.append(contentsOf: repeatElement(nil, count: size - count))
        elements = larger
        first = 0
    }
}
