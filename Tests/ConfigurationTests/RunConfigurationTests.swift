import Background
import Configuration
import Gravity
import XCTest

final class RunConfigurationTests: XCTestCase {
    func testAnEmptyFileIsAWholeRun() throws {
        for text in ["", "# nothing\n", "---\n", "box:\nrun: {}\n", "box: null", "~"] {
            let run = try configuration(text)
            XCTAssertEqual(run, try configuration(""))
            XCTAssertEqual(run.box.particles, [128, 128, 128])
            XCTAssertEqual(run.box.mesh, [128, 128, 128])
            XCTAssertEqual(run.cosmology, .planck18)
            XCTAssertEqual(run.force.kernel, .spectralFourPoint)
            XCTAssertEqual(run.initial.noise, .seed(1))
            XCTAssertEqual(run.evolution.scaleFactors, (1...16).map { Double($0) / 16 })
            XCTAssertEqual(run.output.snapshots, [1])
        }
    }

    func testNamesAndNumbersAreReadFromTheirText() throws {
        // YAML 1.1 would read 14, false, the text "2e-9" (it has no dot), an octal number and sexagesimal 90.
        XCTAssertEqual(try configuration("force: {kernel: 1_4}").force.kernel, .spectralFourPoint)
        XCTAssertEqual(try configuration("", set: "force.kernel=5_4").force.kernel, .fourthOrderFourPoint)
        XCTAssertEqual(try configuration("force: {kernel: \"3_4\"}").force.kernel, .finiteDifferenceFourPoint)
        XCTAssertFalse(try configuration("output: {density: no}").output.density)
        XCTAssertTrue(try configuration("output: {pictures: On}").output.pictures)
        XCTAssertEqual(try configuration("cosmology: {A_s: 2e-9}").cosmology.amplitude, .scalar(2e-9))
        XCTAssertEqual(try configuration("initial: {seed: 010}").initial.noise, .seed(10))
        XCTAssertEqual(
            try configuration("initial: {seed: 9223372036854775807}").initial.noise, .seed(UInt64(Int.max)))
    }

    func testAPyramidIsNamedOnlyIfThereIsOne() throws {
        let single = try configuration("force: {kernel: 3_4}")
        XCTAssertEqual(single.force.levels, 0)
        XCTAssert(single.force.plan is ForceKernel)
        // What was stopped before there were pyramids can go on.
        XCTAssert(single.resolvedText.contains("force:\n  kernel: 3_4\noutput:"), single.resolvedText)
        let pyramid = try configuration("force: {levels: 2, accuracy: accurate}", ranks: 4)
        let plan = try XCTUnwrap(pyramid.force.plan as? PyramidPlan)
        XCTAssertEqual(plan, PyramidPlan(kernel: ForceKernel(named: "1_4")!, levels: 2, accuracy: .accurate))
        XCTAssert(
            pyramid.resolvedText.contains("force:\n  kernel: 1_4\n  levels: 2\n  accuracy: accurate\n"))
        XCTAssertEqual(try configuration(pyramid.resolvedText).force, pyramid.force)
    }

    func testAMeshIsGivenByItsSidesOrByAFactor() throws {
        XCTAssertEqual(try configuration("box: {particles: 64, mesh_factor: 1.5}").box.mesh, [96, 96, 96])
        XCTAssertEqual(
            try configuration("box: {particles: [16, 28, 10], mesh_factor: 1.5}").box.mesh, [24, 42, 15])
        XCTAssertEqual(
            try configuration("box: {particles: [30, 60, 90], mesh_factor: 1.1}").box.mesh, [33, 66, 99])
        let box = try configuration("box: {particles: [4, 8, 6], mesh: [8, 16, 12], spacing: 2.5}").box
        XCTAssertEqual(box.meshFactor, 2)
        XCTAssertEqual(box.size, [10, 20, 15])
    }

    func testACosmologyIsAPresetWithChanges() throws {
        var expected = CosmologyParameters.simpleLCDM
        expected.omegaMatter = 0.25
        expected.amplitude = .sigma8(0.8)
        expected.wa = 0.1
        XCTAssertEqual(
            try configuration("cosmology: {preset: simple-lcdm, wa: 0.1, Omega_m: .25, sigma8: 0.8}")
                .cosmology,
            expected)
    }

    func testStepsAreLinearLogarithmicOrListed() throws {
        let linear = try configuration("initial: {a: 0.2}\nevolution: {a_stop: 0.8, steps: 3}").evolution
        XCTAssertEqual(linear.stepCount, 3)
        for (a, expected) in zip(linear.scaleFactors, [0.2, 0.4, 0.6, 0.8]) {
            XCTAssertEqual(a, expected, accuracy: 1e-15)
        }
        let logarithmic = try configuration("initial: {a: 0.125}\nevolution: {steps: 3, spacing: log-a}")
        for (a, expected) in zip(logarithmic.evolution.scaleFactors, [0.125, 0.25, 0.5, 1]) {
            XCTAssertEqual(a, expected, accuracy: 1e-15)
        }
        for steps in [7, 49, 1000] {
            for spacing in ["a", "log-a"] {
                let evolution = try configuration(
                    "initial: {a: 0.1}\nevolution: {steps: \(steps), a_stop: 0.7, spacing: \(spacing)}"
                ).evolution
                XCTAssertEqual(evolution.scaleFactors.first, 0.1)
                XCTAssertEqual(evolution.scaleFactors.last, 0.7)
                XCTAssertEqual(evolution.scaleFactors, evolution.scaleFactors.sorted())
            }
        }
        for text in ["evolution: {steps: 0}", "evolution: {steps: 0, a_stop: 0.1}", "evolution: {a: [0.1]}"] {
            let run = try configuration(text, set: "initial.a=0.1", "output.snapshots=0.1")
            XCTAssertEqual(run.evolution.scaleFactors, [0.1], "the initial conditions alone")
            XCTAssertEqual(run.output.snapshots, [0.1])
            XCTAssertEqual(try configuration(run.resolvedText), run)
        }
        let listed = try configuration("evolution: {a: [0.02, 0.1, 0.9]}")
        XCTAssertEqual(listed.evolution.scaleFactors, [0.02, 0.1, 0.9])
        XCTAssertEqual(listed.initial.a, 0.02, "the list says where the run starts")
        XCTAssertEqual(listed.output.snapshots, [0.9])
    }

    func testASizeIsASpacing() throws {
        let run = try configuration("box: {particles: [16, 24, 12], size: [64, 96, 48]}")
        XCTAssertEqual(run.box.spacing, 4)
        XCTAssertEqual(try configuration("box: {particles: 64, size: 256}").box.spacing, 4)
        // The box is as long as it was said to be, where a spacing can make it so.
        for particles in [49, 100, 103, 107, 161, 187] {
            let box = try configuration("box: {particles: \(particles), size: 100}").box
            let near = [box.spacing.nextDown, box.spacing, box.spacing.nextUp].map { $0 * Double(particles) }
            if near.contains(100) { XCTAssertEqual(box.size.x, 100) }
            XCTAssertEqual(box.size.x, 100, accuracy: 1e-13 * 100)
        }
        XCTAssertEqual(try configuration(run.resolvedText), run)
    }

    func testRedshiftsAreScaleFactors() throws {
        let run = try configuration(
            "initial: {a: 0.1}\nevolution: {steps: 9}\noutput: {redshifts: [0, 9, 1]}")
        XCTAssertEqual(run.output.snapshots.map(OutputSection.label), ["0.1000", "0.5000", "1.0000"])
        XCTAssertEqual(
            run,
            try configuration(
                "initial: {a: 0.1}\nevolution: {steps: 9}\noutput: {snapshots: [1, 0.1, 0.5]}"))
    }

    func testStepsAreCutWhereOutputsAreWanted() throws {
        let run = try configuration(
            "initial: {a: 0.1}\nevolution: {steps: 3}\noutput: {redshifts: [0, 1, 2], align: outputs}")
        XCTAssertEqual(run.output.snapshots, [1.0 / 3, 0.5, 1])
        XCTAssertEqual(run.evolution.scaleFactors.count, 6)
        XCTAssertEqual(run.evolution.scaleFactors.sorted(), run.evolution.scaleFactors)
        for snapshot in run.output.snapshots { XCTAssert(run.evolution.scaleFactors.contains(snapshot)) }
        XCTAssertEqual(try configuration(run.resolvedText), run, "what is written down needs no align")
        // An end of a step that is meant is not cut beside.
        let same = try configuration(
            "initial: {a: 0.1}\nevolution: {steps: 9}\noutput: {snapshots: [0.3], align: outputs}")
        XCTAssertEqual(
            same.evolution, try configuration("initial: {a: 0.1}\nevolution: {steps: 9}").evolution)
    }

    func testPathsCanBeMovedAllAtOnce() throws {
        let text = """
            power: {model: table, table: t.txt}
            initial: {white_noise: n.npy}
            objective: {data: "d.h5:/x", weights: "/w.h5:/x"}
            reconstruct: {start: s.npy, truth: "r.h5:/t", response: "m.h5:/diagnostics", vary: [w0]}
            """
        let moved = try configuration(text).changingPaths { $0.hasPrefix("/") ? $0 : "/far/\($0)" }
        XCTAssertEqual(moved, try configuration(text, name: "/far/run.yaml"))
    }

    /// Steps equal in growth are those of the configured cosmology; what is written down is where they ended up.
    func testStepsEqualInGrowthAreListedInTheResolvedText() throws {
        for (integrator, start) in [("bullfrog", "0"), ("bullfrog", "0.1"), ("fastpm-dkd", "0.1")] {
            let run = try configuration(
                "initial: {a: \(start)}\nevolution: {steps: 4, spacing: D, integrator: \(integrator)}")
            let found = run.evolution.scaleFactors
            let cosmology = Cosmology<Double>(run.cosmology, power: .eisensteinHu)
            let growth = growthInGrowthTime(at: found, cosmology).map(\.d1)
            XCTAssertEqual(found.first, Double(start))
            XCTAssertEqual(growth[2] - growth[1], growth[4] - growth[3], accuracy: 1e-11)
            XCTAssert(run.resolvedText.contains("\n  a: \(found)\n  integrator: \(integrator)\n"))
            XCTAssertFalse(run.resolvedText.contains("spacing: D"))
            XCTAssertEqual(try configuration(run.resolvedText), run)
            // Another cosmology keeps the steps.
            let other = try configuration(
                run.resolvedText.replacing("w0: -1.0", with: "w0: -0.9"))
            XCTAssertEqual(other.evolution.scaleFactors, found)
            XCTAssertNotEqual(other.cosmology, run.cosmology)
        }
    }

    /// Those that the exact weights would leave nothing of the velocity included.
    func testTheDefaultIntegratorTakesAnySteps() throws {
        let texts =
            (0...60).map { "evolution: {steps: \($0)}" } + [
                "initial: {a: 0}", "initial: {a: 0.1}\nevolution: {steps: 4}",
                "evolution: {a: [0, 0.1, 0.3233, 1.0]}",
                "evolution: {a: [0.005, 0.01, 0.5, 1.0]}\noutput: {snapshots: 0.0323, align: outputs}",
            ]
        for text in texts {
            let run = try configuration(text)
            XCTAssertEqual(run.evolution.integrator, .bullfrog, text)
            XCTAssert(run.resolvedText.contains("\n  integrator: bullfrog\n"))
            XCTAssertEqual(try configuration(run.resolvedText), run)
        }
    }

    func testAnOutputTimeIsTheStepsEndItMeans() throws {
        let run = try configuration(
            "initial: {a: 0.1}\nevolution: {steps: 9}\noutput: {snapshots: [1, 0.1, 0.3]}")
        XCTAssertEqual(run.output.snapshots.count, 3)
        for snapshot in run.output.snapshots { XCTAssert(run.evolution.scaleFactors.contains(snapshot)) }
        XCTAssertEqual(run.output.snapshots.map(OutputSection.label), ["0.1000", "0.3000", "1.0000"])
        XCTAssertEqual(try configuration("output: {snapshots: []}").output.snapshots, [])
        XCTAssertEqual(try configuration("output: {snapshots: 0.5}").output.snapshots, [0.5])
    }

    func testPathsAreFoundBesideTheFileThatNamesThem() throws {
        func table(_ path: String, in name: String) throws -> String? {
            try configuration("power: {model: table, table: \(path)}", name: name).power.table
        }
        XCTAssertEqual(try table("t.txt", in: "run.yaml"), "t.txt")
        XCTAssertEqual(try table("t.txt", in: "jobs/deep/run.yaml"), "jobs/deep/t.txt")
        XCTAssertEqual(try table("/data/t.txt", in: "jobs/run.yaml"), "/data/t.txt")
        XCTAssertEqual(try table("t.txt", in: "/run.yaml"), "/t.txt")
        let run = try configuration(
            "initial: {white_noise: 'n.h5:/a/b'}", set: "power.model=table", "power.table=t.txt",
            name: "jobs/run.yaml")
        XCTAssertEqual(run.power.table, "t.txt", "the command line speaks of the working directory")
        guard case .file(let address) = run.initial.noise else { return XCTFail("no noise file") }
        XCTAssertEqual(address.file, "jobs/n.h5")
        XCTAssertEqual(address.dataset, "/a/b")
    }

    func testOverridesReplaceAddAndMakeSections() throws {
        let run = try configuration(
            "box: {particles: 32}", set: "box.particles=[8, 16, 24]", "box.spacing=2", "run.precision=double",
            "box.spacing=3")
        XCTAssertEqual(run.box.particles, [8, 16, 24])
        XCTAssertEqual(run.box.spacing, 3, "the last one holds")
        XCTAssertEqual(run.run.precision, .double)
        XCTAssertEqual(
            try configuration("box: {particles: 8, mesh: 8}", set: "box.mesh=null", "box.mesh_factor=2").box
                .mesh,
            [16, 16, 16], "null takes a key back")
    }

    func testAnOverrideCanHoldAnyText() throws {
        let directory = "a: [b] # \"c\" \\ d\n"
        XCTAssertEqual(
            try configuration("", set: RunConfiguration.override("output.directory", text: directory))
                .output.directory, directory)
    }

    func testTheRankGridIsTheSquarestThatFits() throws {
        XCTAssertEqual(try configuration("", ranks: 6).rankGrid(for: 6), [3, 2])
        XCTAssertEqual(try configuration("box: {particles: [24, 6, 9]}", ranks: 6).rankGrid(for: 6), [3, 2])
        XCTAssertEqual(try configuration("box: {particles: [24, 4, 6]}", ranks: 6).rankGrid(for: 6), [6, 1])
        XCTAssertEqual(try configuration("run: {ranks: [1, 4]}", ranks: 4).rankGrid(for: 4), [1, 4])
    }

    func testTheResolvedTextReadsBackAsTheSameConfiguration() throws {
        for text in [
            "", "evolution: {a: [0.1, 0.3, 0.7]}\noutput: {snapshots: [0.3, 0.7], density: no}",
            "box: {particles: [4, 8, 6], mesh_factor: 1.5, spacing: 0.1}\nrun: {precision: double}",
            "cosmology: {sigma8: 0.8, w0: -0.9, wa: 0.1}\npower: {model: eisenstein-hu-no-wiggle}",
            "power: {model: table, table: 'it''s \"a\\b\".txt', extrapolate: true}\nforce: {kernel: eastwood}",
            "cosmology: {preset: simple-lcdm, h: 0.71}\npower: {model: table, table: t.txt, redshift: 49}",
            "cosmology: {preset: simple-lcdm, A_s: 3e-9}\npower: {model: table, table: t.txt, A_s: 2e-9}",
            "cosmology: {sigma8: 0.8}\npower: {model: table, table: t.txt}",
            "initial: {white_noise: 'a b.h5:/c', lpt_order: 1, a: 0.1}\nevolution: {spacing: log-a, steps: 7}",
            "initial: {lpt_order: 2, dealias: true}", "initial: {lpt_order: 3}",
        ] {
            let run = try configuration(text, name: "jobs/run.yaml")
            XCTAssertEqual(try configuration(run.resolvedText, name: "elsewhere.yaml"), run, run.resolvedText)
            XCTAssertEqual(try configuration(run.resolvedText).resolvedText, run.resolvedText)
        }
    }

    func testTheResolvedTextDoesNotNameWhatChangesNoResult() throws {
        XCTAssertEqual(
            try configuration("run: {ranks: [2, 3]}\noutput: {directory: elsewhere}", ranks: 6).resolvedText,
            try configuration("").resolvedText)
    }

    func testATableLeavesNoMeaningToAnAmplitudeAndASlopeThatItDoesNotKnow() throws {
        let table = "power: {model: table, table: t.txt}"
        let run = try configuration(table)
        XCTAssertFalse(run.resolvedText.contains("A_s"))
        XCTAssertFalse(run.resolvedText.contains("n_s"))
        XCTAssertTrue(run.resolvedText.contains("Omega_b"))
        XCTAssertEqual(run.idleParameters, [.amplitude, .spectralIndex, .omegaBaryon, .h])
        XCTAssertEqual(
            try configuration(table, set: "power.A_s=2e-9").idleParameters,
            [.spectralIndex, .omegaBaryon, .h])
        XCTAssertEqual(
            try configuration(table, set: "cosmology.sigma8=0.8").idleParameters,
            [.spectralIndex, .omegaBaryon, .h])
        XCTAssertEqual(try configuration("").idleParameters, [])
        XCTAssertEqual(
            try configuration("cosmology: {Omega_m: 1, w0: -0.9}").idleParameters, [.w0, .wa])
    }

    func testAByteOrderMarkIsNoPartOfTheText() throws {
        let text = "# a run\nbox: {particles: 64}\n"
        let plain = try configuration(text)
        let words = Array(text.utf16)
        let little = words.reduce(into: [0xFF, 0xFE] as [UInt8]) { $0 += [UInt8($1 & 0xFF), UInt8($1 >> 8)] }
        let big = words.reduce(into: [0xFE, 0xFF] as [UInt8]) { $0 += [UInt8($1 >> 8), UInt8($1 & 0xFF)] }
        let marked = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        let ofWindows = Array(text.replacing("\n", with: "\r\n").utf8)
        for bytes in [marked, little, big, ofWindows] {
            XCTAssertEqual(try RunConfiguration(bytes: bytes, name: "run.yaml"), plain)
        }
    }

    func testObjectivesAreOneSectionOrAListOfThem() throws {
        let one = try configuration("objective: {data: \"a.h5:/d\", a: 0.5, bias: power-law}")
        XCTAssertEqual(one.objectives.map(\.a), [0.5])
        XCTAssertEqual(one.objectives.ownParameters.map(\.name), ["bias_amplitude", "bias_exponent"])
        let two = try configuration(
            """
            objective:
            - {data: "a.h5:/d", a: 0.5}
            - {data: "b.h5:/d", kind: redshift-space-density, axis: x, bias: power-law, bias_exponent: 1.5}
            reconstruct: {vary: ["objective[1].bias_exponent"]}
            """, set: "objective[0].sigma=0.25")
        XCTAssertEqual(two.objectives.map(\.name), ["objective[0]", "objective[1]"])
        XCTAssertEqual(two.objectives.map(\.sigma), [0.25, 1])
        XCTAssertEqual(two.objectives.map(\.a), [0.5, 1])
        XCTAssertEqual(two.reconstruct?.vary.first?.start, 1.5)
        XCTAssertEqual(try configuration(two.resolvedText).resolvedText, two.resolvedText)
        XCTAssertTrue(try configuration("box: {particles: 16}").objectives.isEmpty)
    }
}
