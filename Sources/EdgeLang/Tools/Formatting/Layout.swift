/// A text that may be laid out in several ways: what to write, and where a line may end.
///
/// After Wadler, "A prettier printer" (2003): a group is written on one line where it fits, else all its own lines break.
indirect enum Layout {
    case text(String)
    /// A space where something stands before it on the line.
    case space
    /// A space, or the end of a line where the group breaks.
    case line
    /// Nothing, or the end of a line where the group breaks.
    case softLine
    /// The end of a line.
    case hardLine(blank: Bool)
    /// A space if what follows fits behind it, else the end of a line.
    case fillLine(next: Layout)
    /// A comment on a line of its own.
    case comment(String)
    /// A comment behind what has been written; the line ends with it.
    case trailingComment(String)
    case sequence([Layout])
    /// One step further to the right.
    case indented(Layout)
    /// One step further to the right where the group breaks.
    case indentedIfBroken(Layout)
    case ifBroken(Layout)
    case ifFlat(Layout)
    case group(LayoutGroup)
}

/// A part of a layout that is written on one line or broken as a whole.
final class LayoutGroup {
    let content: Layout
    /// Whether it breaks in any case.
    var isBroken: Bool
    /// Groups at the end of this one that may break instead of it, the preferred one first.
    let lastGroups: [LayoutGroup]

    init(_ content: [Layout], isBroken: Bool, lastGroups: [LayoutGroup] = []) {
        self.content = .sequence(content)
        self.isBroken = isBroken
        self.lastGroups = lastGroups
    }
}
