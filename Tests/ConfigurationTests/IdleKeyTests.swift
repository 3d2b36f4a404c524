import Configuration
import XCTest

/// A key that one command leaves aside is told there, and acts where it can.
final class IdleKeyTests: XCTestCase {
    private func configuration(_ text: String) throws -> RunConfiguration {
        let data = "data: \"observed.h5:/density\""
        return try RunConfiguration(
            bytes: Array(text.replacing("DATA", with: data).utf8), name: "run.yaml")
    }

    func testDefaultsAreNotTold() throws {
        for text in ["", "objective: {DATA}", "objective: {DATA}\nreconstruct: {method: standard}"] {
            for use in [RunConfiguration.Use.simulation, .gradient, .reconstruction] {
                XCTAssertEqual(try configuration(text).idleKeys(in: use), [], text)
            }
        }
    }

    func testASmoothingActsInAGradientOnly() throws {
        let run = try configuration("objective: [{DATA}, {DATA, smoothing: 2.5}]")
        XCTAssertEqual(run.idleKeys(in: .gradient), [])
        XCTAssertEqual(
            run.idleKeys(in: .reconstruction),
            [
                "objective[1].smoothing (2.5) does not act in a reconstruction: optimizer.stages say how the residual "
                    + "is smoothed"
            ])
    }

    func testAnInkActsOnPicturesOnly() throws {
        let plane = "objective: {kind: projected-density, data: \"seen.h5:/plane\", ink: dark}"
        for use in [RunConfiguration.Use.gradient, .reconstruction] {
            XCTAssertEqual(
                try configuration(plane).idleKeys(in: use),
                ["objective.ink (dark) does not act: objective.data is a dataset, no picture"])
            XCTAssertEqual(
                try configuration(plane.replacing("seen.h5:/plane", with: "seen.png")).idleKeys(in: use), [])
        }
    }

    func testHaloesThatAreNotSought() throws {
        let text = "halo: {minimum_particles: 30}"
        XCTAssertEqual(
            try configuration(text).idleKeys(in: .simulation),
            ["halo.minimum_particles does not act, since output.haloes is false: no haloes are sought"])
        XCTAssertEqual(
            try configuration(text + "\noutput: {haloes: true}").idleKeys(in: .simulation), [])
    }

    func testWhatTheStandardMethodDoesNotKnow() throws {
        let run = try configuration(
            """
            objective: {DATA, weights: "mask.h5:/mask", sigma: 0.1}
            optimizer: {learning_rate: 0.2}
            reconstruct: {method: standard}
            """)
        XCTAssertEqual(
            run.idleKeys(in: .reconstruction),
            ["objective.weights", "objective.sigma", "optimizer"].map {
                "\($0) does not act with reconstruct.method: standard"
            })
    }

    /// What does not act is not told as the run's, and what is told can be read again.
    func testWhatDoesNotActIsNotResolved() throws {
        let cases = [
            ("optimizer: {method: adam}", ["optimizer.history", "optimizer.precondition"]),
            ("optimizer: {method: gradient-descent}", ["optimizer.history"]),
            ("reconstruct: {start: zero}", ["reconstruct.start_amplitude", "reconstruct.start_seed"]),
            ("reconstruct: {method: standard}", ["reconstruct.start", "reconstruct.start_seed"]),
        ]
        for (text, idle) in cases {
            let run = try configuration("objective: {DATA}\n" + text)
            let keys = run.resolvedKeys.entries.map(\.key)
            for key in idle { XCTAssertFalse(keys.contains(key), key) }
            let again = try RunConfiguration(bytes: Array(run.resolvedText.utf8), name: "again.yaml")
            XCTAssertEqual(again, run, text)
        }
    }
}
