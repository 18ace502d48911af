// swift-tools-version: 6.2
import PackageDescription

/// `make soak` asks for the fuzz targets, and for everything they use to be instrumented for libFuzzer.
let fuzzing = Context.environment["EDGESH_FUZZ"] != nil

/// Programs that measure from Swift; see `Benchmarks/README.md`.
let benchmarking = Context.environment["EDGESH_BENCH"] != nil

/// Settings every Swift target shares; see `docs/architecture.md`, "Settings".
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["EDGESH_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])
    + (fuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

/// The interpreter loop and the tensor code are 17 times slower unoptimised, which tests would feel.
let optimisedInDebug: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// LLVM would let the cases of the interpreter loop share their ends, which costs every instruction a jump: `docs/vm.md`, "The loop".
let language: [SwiftSetting] = optimisedInDebug + [.unsafeFlags(["-Xllvm", "-enable-tail-merge=0"])]

/// A part of the runtime: a target of its own below `Sources/EdgeRuntime`, so that the compiler enforces who may know whom.
func runtimePart(
    _ name: String, folder: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = optimisedInDebug
) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/EdgeRuntime/\(folder)", swiftSettings: settings)
}

let package = Package(
    name: "edgesh",
    products: [
        .executable(name: "edgesh", targets: ["edgesh"]),
        .library(name: "EdgeLang", targets: ["EdgeLang"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // C: our kernels, and one thin target per system library.
        .target(
            name: "CEdgeKernels",
            cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-ffp-contract=fast"])],
            linkerSettings: [.linkedLibrary("m")]),
        .target(name: "CDNNL"),
        .target(name: "CMosquitto"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CReadline"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CYAML"),
        .systemLibrary(name: "CJansson"),

        // The language: depends on nothing but the Swift standard library and libc.
        .target(name: "EdgeLang", swiftSettings: language),

        // The runtime, lowest first. Arrows point down only.
        runtimePart("EdgeData", folder: "Data", ["CYAML", "CJansson"]),
        runtimePart("EdgeTensors", folder: "Tensors", ["CEdgeKernels", "CDNNL", "CZlib"]),
        runtimePart(
            "EdgeModels", folder: "Models",
            ["EdgeTensors", "CEdgeKernels", .product(name: "SwiftProtobuf", package: "swift-protobuf")]),
        runtimePart("EdgeTraining", folder: "Training", ["EdgeModels", "EdgeTensors", "EdgeData", "CEdgeKernels"]),
        runtimePart(
            "EdgeCompression", folder: "Compression",
            ["EdgeTraining", "EdgeDeployment", "EdgeModels", "EdgeTensors", "CEdgeKernels"]),
        runtimePart("EdgeDeployment", folder: "Deployment", ["EdgeModels", "EdgeTensors", "EdgeData"]),
        runtimePart(
            "EdgeProtocols", folder: "Protocols",
            [
                "EdgeData", "CSQLite", "CMosquitto", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        runtimePart("EdgeFederation", folder: "Federation", ["EdgeModels", "EdgeTensors", "CZlib"]),
        runtimePart("EdgeForecasting", folder: "Forecasting", ["EdgeTensors", "EdgeData"]),
        runtimePart("EdgeReports", folder: "Reports", []),
        runtimePart(
            "EdgeRuntime", folder: "Primitives",
            [
                "EdgeLang", "EdgeTensors", "EdgeModels", "EdgeTraining", "EdgeCompression", "EdgeDeployment",
                "EdgeProtocols", "EdgeFederation", "EdgeForecasting", "EdgeData", "EdgeReports",
            ]),

        // The program.
        .executableTarget(
            name: "edgesh",
            dependencies: [
                "EdgeLang", "EdgeRuntime", "CReadline",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests: one target per target, plus the program as a user runs it. PeerTesting finds data, peers and the program.
        .target(name: "PeerTesting", path: "Tests/Support", swiftSettings: strict),
        .testTarget(name: "EdgeLangTests", dependencies: ["EdgeLang", "PeerTesting"], swiftSettings: strict),
        .testTarget(
            name: "EdgeTensorsTests", dependencies: ["EdgeTensors", "CEdgeKernels", "PeerTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "EdgeModelsTests", dependencies: ["EdgeModels", "EdgeTensors", "PeerTesting"], swiftSettings: strict),
        .testTarget(
            name: "EdgeTrainingTests",
            dependencies: ["EdgeTraining", "EdgeModels", "EdgeTensors", "EdgeData", "PeerTesting"],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "EdgeCompressionTests",
            dependencies: [
                "EdgeCompression", "EdgeDeployment", "EdgeTraining", "EdgeModels", "EdgeTensors", "PeerTesting",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EdgeDeploymentTests",
            dependencies: ["EdgeDeployment", "EdgeData", "EdgeModels", "EdgeTensors", "PeerTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "EdgeProtocolsTests", dependencies: ["EdgeProtocols", "EdgeData", "PeerTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "EdgeFederationTests",
            dependencies: ["EdgeFederation", "EdgeModels", "EdgeTensors", "PeerTesting"], swiftSettings: strict),
        .testTarget(
            name: "EdgeForecastingTests", dependencies: ["EdgeForecasting", "EdgeTensors", "EdgeData", "PeerTesting"],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(name: "EdgeReportsTests", dependencies: ["EdgeReports", "PeerTesting"], swiftSettings: strict),
        .testTarget(name: "EdgeDataTests", dependencies: ["EdgeData", "PeerTesting"], swiftSettings: strict),
        .testTarget(
            name: "EdgeRuntimeTests", dependencies: ["EdgeRuntime", "EdgeLang", "EdgeReports", "PeerTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "edgeshTests", dependencies: ["edgesh", "EdgeLang", "sandbox-probe", "PeerTesting"],
            swiftSettings: strict),

        // Runs random programs in the sandbox, with a trap in the kernel underneath.
        .target(name: "CSystemCallTrap", path: "Tests/Sandbox/CSystemCallTrap"),
        .executableTarget(
            name: "sandbox-probe",
            dependencies: ["CSystemCallTrap", "EdgeRuntime", "EdgeLang", "EdgeModels", "EdgeData"],
            path: "Tests/Sandbox/Probe", swiftSettings: strict),
    ]
)

if fuzzing {
    let fuzzed: [(name: String, folder: String, parts: [Target.Dependency])] = [
        ("onnx", "ONNX", ["EdgeModels", "FuzzingModels"]), ("tflite", "TFLite", ["EdgeModels", "FuzzingModels"]),
        ("lexer", "Language/Lexer", ["EdgeLang"]), ("parser", "Language/Parser", ["EdgeLang"]),
        ("run", "Language/Run", ["EdgeLang"]), ("safetensors", "Safetensors", ["EdgeTensors"]),
        ("update", "Update", ["EdgeFederation"]), ("protocols", "Protocols", ["EdgeProtocols"]),
    ]
    package.targets.append(.target(name: "Fuzzing", path: "Tests/Fuzz/Support", swiftSettings: strict))
    package.targets.append(
        .target(
            name: "FuzzingModels", dependencies: ["EdgeModels", "EdgeTensors"], path: "Tests/Fuzz/Models",
            swiftSettings: strict))
    package.targets += fuzzed.map { name, folder, parts in
        .executableTarget(
            name: "fuzz-\(name)", dependencies: ["Fuzzing"] + parts, path: "Tests/Fuzz/\(folder)",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
    }
}

if benchmarking {
    package.targets.append(
        .executableTarget(
            name: "benchmark-protocols", dependencies: ["EdgeProtocols"], path: "Benchmarks/protocols",
            exclude: ["decode.edge"], swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
    package.targets.append(
        .executableTarget(
            name: "benchmark-training", dependencies: ["EdgeTraining", "EdgeModels", "EdgeTensors"],
            path: "Benchmarks/gradients", swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
