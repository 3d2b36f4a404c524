import Inference
import Records
import Storage
import TestSupport
import XCTest

final class SearchHistoryTests: SPMDTestCase {
    private func row(_ stage: Int, _ iteration: Int, _ loss: Double) -> SearchHistory.Row {
        SearchHistory.Row(
            stage: stage, iteration: iteration, loss: loss, gradientNorm: 1e-7, gradients: iteration + 2,
            smoothing: 2.5, seconds: 1.23456)
    }

    private var history: SearchHistory {
        let losses = [8, 4, 0.1 + 0.2]
        return SearchHistory(
            [row(0, 0, losses[0]), row(0, 1, losses[1]), row(1, 0, losses[2])],
            parameters: [
                .init(name: "objective[1].bias_exponent", values: losses.map { 1 + $0 }),
                .init(name: "h", values: losses.map { 0.3 + $0 }), .init(name: "Omega_m", values: losses),
            ])
    }

    func testTheTableByHand() {
        XCTAssertEqual(
            history.text,
            """
            stage,iteration,loss,gradient_norm,smoothing,gradients,seconds,Omega_m,h,objective[1].bias_exponent
            1,0,8.0,1e-07,2.5,2,1.235,8.0,8.3,9.0
            1,1,4.0,1e-07,2.5,3,1.235,4.0,4.3,5.0
            2,0,0.30000000000000004,1e-07,2.5,2,1.235,0.30000000000000004,0.6000000000000001,1.3

            """)
        XCTAssertEqual(history.iterations, 1)
    }

    func testReadingTheColumnsGivesTheSameBits() throws {
        let (directory, history) = (ScratchDirectory(over: world), history)
        var file = try OutputFile(
            creating: directory.file("state.h5"),
            provenance: Provenance(precision: "single", seed: nil, configuration: "", cosmology: [:]),
            over: world)
        try history.write(to: &file)
        try file.finish()
        let read = try SearchHistory(
            from: try InputFile(opening: directory.file("state.h5"), over: world))
        XCTAssertEqual(read, history)
        XCTAssertEqual(read.text, history.text)
    }

    func testAStageIsSettledOnceTenStepsLowerTheLossByLessThanTheTolerance() {
        // Falls by 1 in ten steps, from 101.
        for iteration in 0...12 {
            let history = SearchHistory((0...iteration).map { row(0, $0, 101 - 0.1 * Double($0)) })
            XCTAssertEqual(history.isSettled(to: 0.011), iteration >= 10, "after \(iteration)")
            XCTAssertFalse(history.isSettled(to: 0.009), "after \(iteration)")
            XCTAssertFalse(history.isSettled(to: 0), "nothing asks for an end")
        }
    }
}
