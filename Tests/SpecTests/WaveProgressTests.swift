import Foundation
import Spec
import Testing

/// What `status -o json` and the control socket say of a wave.
struct WaveProgressTests {
    private let wave = WaveProgress(total: 20, failed: 1, working: 4, draining: 3, waiting: 8)

    @Test func asJSONItIsAnObjectOfNumbersWithWhatIsDone() throws {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(wave))
        #expect(
            object as? [String: Int]
                == ["total": 20, "done": 4, "failed": 1, "working": 4, "draining": 3, "waiting": 8])
    }

    @Test func whatIsWrittenIsReadAsItWas() throws {
        #expect(try JSONDecoder().decode(WaveProgress.self, from: JSONEncoder().encode(wave)) == wave)
    }
}
