// swift-tools-version: 6.2
import PackageDescription

// Other MPI, FFTW or HDF5 builds (MPICH, Cray, a module's own) are named by their pkg-config files.
let environment = Context.environment
func systemLibrary(_ name: String, pkgConfig: String, override: String, apt: [String]) -> Target {
    .systemLibrary(
        name: name, path: "CSupport/\(name)",
        pkgConfig: environment[override] ?? pkgConfig, providers: [.apt(apt)])
}

let swift: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),  // Buffer.span hands out views that cannot outlive it
    .treatAllWarnings(as: .error),
]

func kernels(
    _ name: String, _ dependencies: [Target.Dependency] = [], link: [String] = [], define: [CSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "CSupport/\(name)",
        cSettings: [.treatAllWarnings(as: .error)] + define,
        linkerSettings: (link + ["m"]).map { .linkedLibrary($0) })
}

func layer(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], resources: resources,
        swiftSettings: swift)
}

let numerics = Target.Dependency.product(name: "Numerics", package: "swift-numerics")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

// What files say of the code that wrote them. `make` knows it; a manifest cannot ask git, since what it evaluates to is
// kept until its text or the environment changes.
let commit = Context.environment["PALINDROME_COMMIT"] ?? ""

// One rule: a module imports only modules above it in this list; `make check` holds it.
let layers: [Target] = [
    layer("Memory", []),
    layer("Text", []),
    layer("Kernels", ["CKernels"]),
    layer("Parallel", ["CParallel", "Memory", "Kernels"]),
    layer("Background", [numerics]),
    layer("Mesh", ["CFourier", "CKernels", "Memory", "Kernels", "Parallel"]),
    layer("Particles", ["CKernels", "Memory", "Kernels", "Parallel", "Mesh"]),
    layer("Gravity", ["CKernels", "Memory", "Kernels", "Parallel", "Mesh", "Particles"]),
    layer("InitialConditions", ["CKernels", "Memory", "Parallel", "Background", "Mesh", "Particles"]),
    layer(
        "Dynamics",
        ["Memory", "Parallel", "Background", "Mesh", "Particles", "Gravity", "InitialConditions"]),
    layer("Measurement", ["CKernels", "Memory", "Kernels", "Parallel", "Mesh", "Particles"]),
    layer(
        "Survey",
        [
            "Memory", "Parallel", "Background", "Mesh", "Particles", "InitialConditions", "Measurement",
        ]),
    layer(
        "Observables",
        ["CKernels", "Memory", "Kernels", "Parallel", "Background", "Mesh", "Particles", "Dynamics"]),
    layer(
        "Inference",
        [
            "CKernels", "Memory", "Parallel", "Background", "Mesh", "Particles", "InitialConditions",
            "Dynamics", "Measurement", "Observables",
        ]),
    layer(
        "Storage", ["CStorage", "CBuild", "Memory", "Text", "Parallel", "Mesh", "Particles", "Measurement"]),
    layer("Records", ["Text", "Parallel", "Background", "Measurement", "Inference", "Storage"]),
    layer("Figures", ["CPicture", "Text", "Parallel", "Measurement", "Records"]),
    layer("Configuration", ["Text", "Parallel", "Background", "Mesh", "Gravity", numerics, yaml]),
    layer("Cost", ["Memory", "Text", "Parallel", "Mesh", "Particles", "Gravity"]),
    layer("Benchmark", ["CMachine", "Memory", "Parallel", "Mesh", "Particles", "Dynamics", "Cost"]),
    layer("Report", ["Text", "Parallel", "Mesh", "Measurement", "Storage", "Records", "Figures"]),
    layer(
        "Runs",
        [
            "Memory", "Text", "Kernels", "Parallel", "Background", "Mesh", "Particles", "Gravity",
            "InitialConditions", "Dynamics", "Measurement", "Survey", "Observables", "Inference", "Storage",
            "Records", "Figures", "Configuration", "Cost", "Benchmark", "Report", yaml,
        ],
        resources: [
            "demo.yaml", "reconstruct.yaml", "haloes.yaml", "example.yaml", "planck18_linear_z0.txt",
            "network.json",
        ].map { .embedInCode("Resources/\($0)") }),
]

// The door for other languages stands above them; the command does without it.
let interface = layer(
    "Interface",
    ["CInterface", "Parallel", "Background", "Mesh", "Inference", "Storage", "Configuration", "Runs"])

let package = Package(
    name: "palindrome",
    products: [
        .executable(name: "palindrome", targets: ["palindrome"]),
        .library(name: "Palindrome", targets: layers.map(\.name)),
        // `make library` builds it as libpalindrome.so, with the names of palindrome.h and no others.
        .library(name: "PalindromeC", type: .dynamic, targets: [interface.name]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        systemLibrary(
            "SystemMPI", pkgConfig: "ompi-c", override: "PALINDROME_MPI_PC", apt: ["libopenmpi-dev"]),
        systemLibrary(
            "SystemFFTW", pkgConfig: "fftw3", override: "PALINDROME_FFTW_PC",
            apt: ["libfftw3-dev", "libfftw3-mpi-dev"]),
        systemLibrary(
            "SystemFFTWSingle", pkgConfig: "fftw3f", override: "PALINDROME_FFTWF_PC",
            apt: ["libfftw3-dev", "libfftw3-mpi-dev"]),
        systemLibrary(
            "SystemHDF5", pkgConfig: "hdf5-openmpi", override: "PALINDROME_HDF5_PC",
            apt: ["libhdf5-openmpi-dev"]),
        systemLibrary("SystemPNG", pkgConfig: "libpng", override: "PALINDROME_PNG_PC", apt: ["libpng-dev"]),

        kernels("CKernels"),
        kernels("CParallel", ["SystemMPI"]),
        kernels(
            "CFourier", ["SystemMPI", "SystemFFTW", "SystemFFTWSingle"],
            link: ["fftw3_mpi", "fftw3f_mpi", "fftw3", "fftw3f"]),
        kernels("CStorage", ["SystemMPI", "SystemHDF5"]),
        kernels("CPicture", ["SystemPNG"]),
        kernels("CBuild", define: [.define("PALINDROME_COMMIT", to: "\"\(commit)\"")]),
        kernels("CMachine", ["SystemFFTW", "SystemFFTWSingle"], link: ["fftw3", "fftw3f"]),
        kernels("CInterface"),
    ] + layers + [
        interface,
        .executableTarget(
            name: "palindrome",
            dependencies: layers.map { .byName(name: $0.name) } + [arguments], swiftSettings: swift),

        .target(
            name: "TestSupport",
            dependencies: [
                "CParallel", "Memory", "Parallel", "Background", "Mesh", "Particles", "Gravity",
                "InitialConditions", "Dynamics", "Measurement", "Storage", "Records",
            ],
            path: "Tests/TestSupport", swiftSettings: swift),
        .target(
            name: "FourierOracle", dependencies: ["SystemFFTW"], path: "Tests/FourierOracle",
            cSettings: [.treatAllWarnings(as: .error)], linkerSettings: [.linkedLibrary("fftw3")]),
        .target(name: "HeapTrim", path: "Tests/HeapTrim", cSettings: [.treatAllWarnings(as: .error)]),
        tests("Memory", ["Memory"]),
        tests("Text", ["Text"]),
        tests(
            "Kernels",
            [
                "Kernels", "Parallel", "Mesh", "Particles", "Gravity", "InitialConditions", "Dynamics",
                "Measurement", "Observables", "Inference",
            ]),
        tests("Parallel", ["Memory", "Kernels", "Parallel"]),
        tests("Background", ["Background", numerics], resources: [.copy("Resources")]),
        tests(
            "Configuration", ["Parallel", "Background", "Mesh", "Gravity", "Configuration"],
            resources: [.copy("Resources")]),
        tests(
            "InitialConditions",
            [
                "CKernels", "Parallel", "Background", "Mesh", "Particles", "Gravity", "InitialConditions",
                "Dynamics",
            ]),
        tests("Mesh", ["FourierOracle", "Memory", "Parallel", "Mesh"]),
        tests("Particles", ["CKernels", "Kernels", "Memory", "Parallel", "Mesh", "Particles"]),
        tests("Gravity", ["Parallel", "Mesh", "Particles", "Gravity", "Dynamics"]),
        tests(
            "Dynamics",
            [
                "Parallel", "Background", "Mesh", "Particles", "Gravity", "InitialConditions", "Dynamics",
                "Measurement", "Storage",
            ]),
        tests(
            "Inference",
            [
                "CKernels", "Memory", "Parallel", "Background", "Mesh", "Particles", "Gravity",
                "InitialConditions", "Dynamics", "Measurement", "Observables", "Inference", "HeapTrim",
            ]),
        tests(
            "Benchmark",
            [
                "Parallel", "Background", "Mesh", "Particles", "Gravity", "InitialConditions", "Dynamics",
                "Benchmark",
            ]),
        tests(
            "Cost",
            [
                "Memory", "Parallel", "Background", "Mesh", "Particles", "Gravity", "InitialConditions",
                "Dynamics", "Observables", "Inference", "Benchmark", "Cost",
            ]),
        tests("Storage", ["Memory", "Parallel", "Mesh", "Particles", "Measurement", "Storage"]),
        tests(
            "Runs",
            [
                "Text", "Parallel", "Mesh", "Observables", "Storage", "Records", "Configuration", "Cost",
                "Runs",
            ]),
        tests(
            "Readers",
            [
                "Parallel", "Background", "Mesh", "Gravity", "Dynamics", "Storage", "Figures",
                "Configuration",
            ]),
        tests("Report", ["Parallel", "Mesh", "Storage", "Records", "Report"]),
        tests(
            "Survey", ["Memory", "Parallel", "Background", "Mesh", "Particles", "Survey"],
            resources: [.copy("Resources")]),
        tests("Measurement", ["Memory", "Parallel", "Mesh", "Particles", "Measurement", "Storage"]),
        tests("Records", ["Parallel", "Inference", "Storage", "Records"]),
        tests("Figures", ["Parallel", "Measurement", "Figures"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)
