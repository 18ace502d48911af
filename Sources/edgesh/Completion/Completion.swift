/// How a text may go on at the cursor.
struct Completion: Equatable {
    /// Where the word that is to be replaced begins, in bytes of the text.
    var start: Int
    /// What may stand in its place, the likely ones first.
    var candidates: [Candidate]

    /// Nothing to offer.
    static func none(at cursor: Int) -> Completion { Completion(start: cursor, candidates: []) }

    /// One way in which a word may go on.
    struct Candidate: Equatable {
        enum Kind {
            case name, label, field, choice, file, folder, module, unit, keyword, command
        }

        /// What replaces the word.
        var text: String
        /// What is shown in a list of candidates: the last part of a path, say.
        var shown: String
        var kind: Kind
        /// What follows once this is the only candidate: the quote that ends a string, a blank behind a command.
        var ending = ""

        init(_ text: String, _ kind: Kind, shown: String? = nil, ending: String = "") {
            self.text = text
            self.shown = shown ?? text
            self.kind = kind
            self.ending = ending
        }
    }
}
