import Glibc

/// The heap of one interpreter: a handle, copied freely; the interpreter destroys what it names.
///
/// A mark-sweep collector over raw cells. Nothing is collected while an allocation is made: allocations only count bytes,
/// and the VM collects at a safepoint (between two instructions, the result stored) once the count has passed a threshold that follows what survived.
/// So built-in functions need not register the values they hold in Swift variables.
///
/// Roots are the registers below the current frame's end, the constants of loaded code, parked values, the interpreter's bindings, and interned strings.
/// Registers above the current frame are cleared by a collection: a register that a later frame has not written yet
/// then holds either nothing or a cell that this collection saw alive, so frames need no clearing when they are entered.
struct Heap: @unchecked Sendable {
    let state: UnsafeMutablePointer<HeapState>

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: HeapState())
        state.pointee.start()
    }

    /// Releases everything; the handle and all values are invalid afterwards.
    func destroy() {
        freeEverything()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Whether the VM should collect at its next safepoint.
    @inline(__always)
    var wantsCollection: Bool { state.pointee.byteCount >= state.pointee.threshold }

    /// Bytes of cells and what belongs to them, garbage that was not collected yet included.
    var byteCount: Int { state.pointee.byteCount }
}

/// What a heap owns.
struct HeapState {
    struct SizeClass {
        var free: UnsafeMutableRawPointer?
        var bump: UnsafeMutableRawPointer
        var end: UnsafeMutableRawPointer
    }

    struct Page {
        var base: UnsafeMutableRawPointer
        var sizeClass: Int
    }

    static let largestClass = 32
    static let pageSize = 64 << 10
    /// No collection below this: most scripts end before it.
    static let smallestThreshold = 8 << 20

    var byteCount = 0
    var threshold = smallestThreshold
    /// The most bytes the heap may hold.
    var limit = Int.max
    /// Collect at every safepoint: finds values that nothing roots.
    var isStressed = false

    var classes: UnsafeMutablePointer<SizeClass>
    var pages: [Page] = []
    /// Cells too large for a page.
    var large: [UnsafeMutableRawPointer] = []
    /// Cells that a collection has reached and whose references it has yet to follow.
    var markStack: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var markCount = 0
    var markCapacity = 1024
    /// Values that built-in functions keep while they call back.
    var parked: [Value] = []

    var interned = InternTable()
    var shapes = ShapeTable()
    let hashSeed: UInt64

    init() {
        classes = .allocate(capacity: HeapState.largestClass + 1)
        markStack = .allocate(capacity: markCapacity)
        hashSeed = UInt64.random(in: .min ... .max)
    }

    mutating func start() {
        // An empty page of no size: the first allocation of a class makes its first page.
        let nowhere = UnsafeMutableRawPointer(classes)
        for index in 0...HeapState.largestClass {
            (classes + index).initialize(to: SizeClass(free: nil, bump: nowhere, end: nowhere))
        }
    }
}

extension Heap {
    /// A cell of at least `size` bytes with its header filled in.
    @inline(__always)
    func allocate(size: Int, kind: UInt8, flags: UInt8 = 0, extra: UInt32 = 0) -> RawCell {
        let sizeClass = (size + 15) >> 4
        if _slowPath(sizeClass > HeapState.largestClass) {
            return allocateLarge(size: size, kind: kind, flags: flags, extra: extra)
        }
        let entry = state.pointee.classes + sizeClass
        let cell: RawCell
        if let free = entry.pointee.free {
            entry.pointee.free = free.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
            cell = free
        } else {
            if _slowPath(entry.pointee.bump == entry.pointee.end) { addPage(sizeClass) }
            cell = entry.pointee.bump
            entry.pointee.bump = cell + sizeClass << 4
        }
        state.pointee.byteCount &+= sizeClass << 4
        cell.initializeMemory(
            as: CellHeader.self,
            to: CellHeader(
                kind: kind, mark: 0, flags: flags, sizeClass: UInt8(truncatingIfNeeded: sizeClass), extra: extra))
        return cell
    }

    /// A cell of a size class, its header not filled in yet; nil if a page or a collection is due. For the loop, which then takes the long way.
    @inline(__always)
    func take(_ sizeClass: Int) -> RawCell? {
        let total = state.pointee.byteCount &+ sizeClass << 4
        if _slowPath(total >= state.pointee.threshold) { return nil }
        let entry = state.pointee.classes + sizeClass
        let cell: RawCell
        if let free = entry.pointee.free {
            entry.pointee.free = free.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
            cell = free
        } else {
            cell = entry.pointee.bump
            if _slowPath(cell == entry.pointee.end) { return nil }
            entry.pointee.bump = cell + sizeClass << 4
        }
        state.pointee.byteCount = total
        return cell
    }

    @inline(never)
    private func addPage(_ sizeClass: Int) {
        let base = UnsafeMutableRawPointer.allocate(byteCount: HeapState.pageSize, alignment: 16)
        let size = sizeClass << 4
        state.pointee.pages.append(HeapState.Page(base: base, sizeClass: sizeClass))
        state.pointee.classes[sizeClass].bump = base
        state.pointee.classes[sizeClass].end = base + HeapState.pageSize / size * size
    }

    @inline(never)
    private func allocateLarge(size: Int, kind: UInt8, flags: UInt8, extra: UInt32) -> RawCell {
        // The byte count of the block lies before the cell: sixteen bytes keep the alignment.
        let block = UnsafeMutableRawPointer.allocate(byteCount: size + 16, alignment: 16)
        block.storeBytes(of: size, as: Int.self)
        let cell = block + 16
        state.pointee.byteCount &+= size
        state.pointee.large.append(cell)
        cell.initializeMemory(
            as: CellHeader.self,
            to: CellHeader(kind: kind, mark: 0, flags: flags, sizeClass: 0, extra: extra))
        return cell
    }

    /// Counts bytes outside of cells (grown lists, tables, host objects) towards the next collection.
    @inline(__always)
    func account(_ bytes: Int) { state.pointee.byteCount &+= bytes }

    /// Lets go of the values that were parked last.
    @inline(never)
    func unpark(to count: Int) {
        state.pointee.parked.removeLast(state.pointee.parked.count - count)
    }

    /// Throws unless `bytes` more fit below the memory limit. Whoever is about to allocate much at once asks first.
    @inline(__always)
    func ensure(_ bytes: Int) throws(RuntimeError) {
        if _slowPath(bytes > 1 << 16) { try ensureLarge(bytes) }
    }

    @inline(never)
    private func ensureLarge(_ bytes: Int) throws(RuntimeError) {
        let (total, overflow) = state.pointee.byteCount.addingReportingOverflow(bytes)
        if overflow || total > state.pointee.limit {
            throw .memoryLimit(asked: bytes, limit: state.pointee.limit)
        }
    }
}
