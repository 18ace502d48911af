/// A whole text as a tree: a script, a module, a `-e` argument or one entry at the prompt.
public struct Program: Sendable {
    public let file: FileID
    /// The top level; block number 0 of function number 0.
    public let body: Block
    /// The `##` lines at the top of the file, before an empty line.
    public let documentation: String?

    // How many of each kind of identifier there are; side tables are arrays of these lengths.
    public let nameCount: Int
    public let bindingCount: Int
    public let callCount: Int
    public let functionCount: Int
    public let blockCount: Int

    public init(
        file: FileID, body: Block, documentation: String?, nameCount: Int, bindingCount: Int, callCount: Int,
        functionCount: Int, blockCount: Int
    ) {
        self.file = file
        self.body = body
        self.documentation = documentation
        self.nameCount = nameCount
        self.bindingCount = bindingCount
        self.callCount = callCount
        self.functionCount = functionCount
        self.blockCount = blockCount
    }

    /// The modules it asks for, in order.
    public var imports: [ImportDeclaration] {
        body.statements.compactMap { statement in
            if case .import(let declaration) = statement.kind { declaration } else { nil }
        }
    }
}
