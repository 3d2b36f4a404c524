import Parallel
import XCTest

final class SpellingTests: XCTestCase {
    func testTheNearestNamesComeFirst() {
        let names = ["/density", "/momenta", "/positions", "/PartType1/Coordinates"]
        XCTAssertEqual(Spelling.nearest(to: "/densty", among: names, count: 1), ["/density"])
        XCTAssertEqual(Spelling.nearest(to: "/Position", among: names, count: 2), ["/positions", "/density"])
        XCTAssertEqual(Spelling.nearest(to: "x", among: []), [])
    }

    func testEditsAreCounted() {
        for (first, second, distance) in [
            ("", "", 0), ("kick", "kick", 0), ("", "kick", 4), ("kick", "kicks", 1), ("kick", "tick", 1),
            ("kick", "ikck", 1), ("drift", "dritf", 1), ("drift", "kick", 4),
        ] {
            XCTAssertEqual(Spelling.distance(first, second), distance, "\(first) \(second)")
            XCTAssertEqual(Spelling.distance(second, first), distance, "\(second) \(first)")
        }
    }

    func testOnlyWhatIsNearIsProbable() {
        let names = ["spacing", "particles", "mesh"]
        XCTAssertEqual(Spelling.probable(for: "spcing", among: names), "spacing")
        XCTAssertEqual(Spelling.probable(for: "MESH", among: names), "mesh")
        XCTAssertNil(Spelling.probable(for: "kernel", among: names))
    }
}
