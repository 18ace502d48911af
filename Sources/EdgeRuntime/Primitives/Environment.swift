import EdgeData
import EdgeLang
import Glibc

extension Primitives {
    /// What a script knows of the program and the system around it.
    static func environment(_ environment: RuntimeEnvironment) -> [BuiltinSpec] {
        [
            BuiltinSpec(
                "args", "Gives what the user wrote behind the script's name.",
                returns: "the arguments", topic: "System", seeAlso: ["env"],
                examples: [Example("len(args())", "0")]
            ) { _ in
                environment.arguments
            },
            BuiltinSpec(
                "env", "Reads an environment variable.",
                .value("name", String.self, "the variable"),
                .value("default", String?.self, "what to give where it is not set"),
                returns: "its value; `default` where it is not set", effects: [.readsEnvironment], topic: "System",
                seeAlso: ["args"],
                examples: [Example("env(\"EDGESH_NO_SUCH_VARIABLE\", \"none\")", "\"none\"")]
            ) { context, name, fallback in
                try context.authorize(.environment(name))
                return variable(name) ?? fallback
            },
            BuiltinSpec(
                "here", "Gives the path of a file that lies beside the script.",
                .value("name", String.self, "the file, as seen from the script's folder"),
                returns: "its path", details: "At the prompt and on the command line it is the path as it is written.",
                topic: "System", seeAlso: ["load", "read_text"],
                examples: [Example("here(\"data.csv\")", "\"data.csv\"")]
            ) { _, name in
                Folder.join(environment.scriptFolder ?? "", name)
            },
        ]
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
