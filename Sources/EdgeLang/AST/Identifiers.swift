/// Dense integer names of nodes, so that later stages keep what they find out in plain arrays beside the tree.
///
/// Each counts from zero within one `Program`; `Program` knows how many there are of each.
public protocol NodeIdentifier: Hashable, Sendable {
    var index: Int { get }
}

/// One use of a name in an expression or as the target of an assignment.
public struct NameID: NodeIdentifier {
    public let index: Int
    public init(_ index: Int) { self.index = index }
}

/// One declaration of a variable: `let`, `var`, `fn`, a parameter, a loop or pattern variable, an import.
public struct BindingID: NodeIdentifier {
    public let index: Int
    public init(_ index: Int) { self.index = index }
}

/// One call expression; a pipe stage is a call too.
public struct CallID: NodeIdentifier {
    public let index: Int
    public init(_ index: Int) { self.index = index }
}

/// One function: a `fn`, a closure, the body of a `test` or a `defer`. Number 0 is the top level of the program.
public struct FunctionID: NodeIdentifier {
    public let index: Int
    public init(_ index: Int) { self.index = index }

    /// The top level of the program.
    public static let main = FunctionID(0)
}

/// One block in braces, or the top level of the program (number 0).
public struct BlockID: NodeIdentifier {
    public let index: Int
    public init(_ index: Int) { self.index = index }
}
