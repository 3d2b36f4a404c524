import Storage
import TestSupport
import XCTest

final class SpellingTests: SPMDTestCase {
    func testTheNearestNamesComeFirst() {
        let names = ["/density", "/momenta", "/positions", "/PartType1/Coordinates"]
        XCTAssertEqual(Spelling.nearest(to: "/densty", among: names, count: 1), ["/density"])
        XCTAssertEqual(Spelling.nearest(to: "/Position", among: names, count: 2), ["/positions", "/density"])
        XCTAssertEqual(Spelling.nearest(to: "x", among: []), [])
    }
}
