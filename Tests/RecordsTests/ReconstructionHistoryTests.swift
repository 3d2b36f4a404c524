import Records
import Storage
import TestSupport
import XCTest

final class ReconstructionHistoryTests: SPMDTestCase {
    private func history() -> ReconstructionHistory {
        var history = ReconstructionHistory()
        for (stage, iteration, loss) in [(0, 0, 8.0), (0, 1, 4.0), (1, 0, 0.1 + 0.2)] {
            history.add(
                .init(
                    stage: stage, iteration: iteration, loss: loss, gradientNorm: 1e-7,
                    gradients: iteration + 2,
                    smoothing: 2.5, seconds: 1.23456))
            history.add(0.3 + loss, of: "h")
            history.add(loss, of: "Omega_m")
        }
        return history
    }

    func testTheTableByHand() {
        XCTAssertEqual(
            history().text,
            """
            stage,iteration,loss,gradient_norm,smoothing,gradients,seconds,Omega_m,h
            1,0,8.0,1e-07,2.5,2,1.235,8.0,8.3
            1,1,4.0,1e-07,2.5,3,1.235,4.0,4.3
            2,0,0.30000000000000004,1e-07,2.5,2,1.235,0.30000000000000004,0.6000000000000001

            """)
        XCTAssertEqual(history().iterations, 1)
    }

    func testReadingTheColumnsGivesTheSameBits() throws {
        let (directory, history) = (ScratchDirectory(over: world), history())
        var file = try OutputFile(
            creating: directory.file("state.h5"),
            provenance: Provenance(precision: "single", seed: nil, configuration: "", cosmology: [:]),
            over: world)
        try history.write(to: &file)
        try file.finish()
        let read = try ReconstructionHistory(
            from: try InputFile(opening: directory.file("state.h5"), over: world))
        XCTAssertEqual(read.rows, history.rows)
        XCTAssertEqual(read.parameters.map(\.name), ["Omega_m", "h"])
        XCTAssertEqual(read.text, history.text)
    }

    func testAStageIsSettledOnceTenStepsLowerTheLossByLessThanTheTolerance() {
        var history = ReconstructionHistory()
        for iteration in 0...12 {
            // Falls by 1 in ten steps, from 101.
            history.add(
                .init(
                    stage: 0, iteration: iteration, loss: 101 - 0.1 * Double(iteration), gradientNorm: 1,
                    gradients: 0, smoothing: 0, seconds: 0))
            XCTAssertEqual(history.isSettled(to: 0.011), iteration >= 10, "after \(iteration)")
            XCTAssertFalse(history.isSettled(to: 0.009), "after \(iteration)")
            XCTAssertFalse(history.isSettled(to: 0), "nothing asks for an end")
        }
    }
}
