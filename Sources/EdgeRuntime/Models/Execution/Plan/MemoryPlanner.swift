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
