/// Places blocks with known lifetimes in one arena, so that blocks alive at the same time do not overlap.
///
/// Largest first, each into the smallest gap that holds it among those alive at the same time: the greedy best-fit by size of
/// Pisarchyk and Lee, "Efficient memory management for deep neural net inference" (2020).
package struct MemoryPlanner {
    private struct Block {
        var byteCount: Int
        var first: Int
        var last: Int
    }

    private var blocks: [Block] = []

    /// What a processor with caches likes blocks to start on.
    package static let cacheLine = 64

    /// Blocks start at multiples of this, a power of two.
    private let alignment: Int
    /// Bytes that are kept free behind each block.
    private let slack: Int

    /// - Parameters:
    ///   - alignment: By default a cache line.
    ///   - slack: By default a register's width, as kernels may read past the last element.
    package init(alignment: Int = MemoryPlanner.cacheLine, slack: Int = 64) {
        self.alignment = alignment
        self.slack = slack
    }

    /// Adds a block that is alive from step `first` to step `last`, both included, and names it by its position.
    package mutating func addBlock(byteCount: Int, first: Int, last: Int) -> Int {
        blocks.append(Block(byteCount: byteCount, first: first, last: last))
        return blocks.count - 1
    }

    /// Makes a block live on.
    package mutating func extend(_ block: Int, to step: Int) { blocks[block].last = max(blocks[block].last, step) }

    /// The largest sum of the bytes of blocks that are alive at the same time: no arena is smaller.
    package var lowerBound: Int {
        let last = blocks.map(\.last).max() ?? -1
        guard last >= 0 else { return 0 }
        var changes = [Int](repeating: 0, count: last + 2)
        for block in blocks {
            changes[block.first] &+= block.byteCount
            changes[block.last + 1] &-= block.byteCount
        }
        var (alive, most) = (0, 0)
        for change in changes {
            alive &+= change
            most = max(most, alive)
        }
        return most
    }

    /// The named blocks where they were placed, in the order in which they come alive.
    func map(offsets: [Int], names: [Int: String]) -> [ActivationMap.Block] {
        blocks.indices.filter { blocks[$0].byteCount > 0 }.map { position in
            let block = blocks[position]
            return ActivationMap.Block(
                name: names[position], offset: offsets[position], byteCount: block.byteCount, first: block.first,
                last: block.last)
        }
    }

    /// The offset of each block and the size of the arena, nil where it does not fit `limit`.
    package func place(limit: Int) -> (offsets: [Int], byteCount: Int)? {
        var offsets = [Int](repeating: 0, count: blocks.count)
        var placed: [(offset: Int, end: Int, block: Int)] = []
        var total = 0
        let order = blocks.indices.sorted {
            (blocks[$0].byteCount, blocks[$1].first, $1) > (blocks[$1].byteCount, blocks[$0].first, $0)
        }
        for index in order {
            let block = blocks[index]
            guard block.byteCount <= limit else { return nil }
            let size = (block.byteCount + slack + alignment - 1) & ~(alignment - 1)
            var best: (offset: Int, gap: Int)?
            var cursor = 0
            for other in placed where blocks[other.block].first <= block.last && block.first <= blocks[other.block].last
            {
                let gap = other.offset - cursor
                if gap >= size, gap < best?.gap ?? Int.max { best = (cursor, gap) }
                cursor = max(cursor, other.end)
            }
            let offset = best?.offset ?? cursor
            offsets[index] = offset
            total = max(total, offset + size)
            guard total <= limit else { return nil }
            let position = placed.firstIndex { $0.offset > offset } ?? placed.count
            placed.insert((offset, offset + size, index), at: position)
        }
        return (offsets, total)
    }
}
