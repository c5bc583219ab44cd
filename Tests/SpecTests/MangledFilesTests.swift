import Foundation
import Testing

@testable import Spec

/// Files that were cut, doubled and scribbled on: nothing crashes, and problems have their order.
@Suite struct MangledFilesTests {
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func mangled(_ path: String, seed: UInt64) throws -> [UInt8] {
        var bytes = Array(try Data(contentsOf: Self.root.appending(path: path)))
        var random = SplitMix(state: seed)
        let signs = Array("{}[]\"'\\,:#&*!|>-$\n\t /0aé".utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let start = Int.random(in: 0..<max(1, bytes.count), using: &random)
            let end = min(bytes.count, start + Int.random(in: 0...20, using: &random))
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
            default: bytes.insert(signs[Int.random(in: 0..<signs.count, using: &random)], at: start)
            }
        }
        return bytes
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func everyReadingEnds(seed: UInt64) throws {
        let stack = StackParser.parse(
            text: String(decoding: try mangled("stack.yaml", seed: seed), as: UTF8.self), file: "stack.yaml",
            environment: [:], baseDirectory: "/", readSecret: { $0 }
        )
        #expect(stack.problems == stack.problems.inFileOrder())
        let backends = BackendsParser.parse(
            text: String(decoding: try mangled("backends.json", seed: seed), as: UTF8.self), file: "backends.json"
        )
        #expect(backends.problems == backends.problems.inFileOrder())
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func everyTemplateKeepsItsBytesWithoutReferences(seed: UInt64) throws {
        for (file, name) in [
            ("seeds/hermes-home/config.yaml", "a.yaml"), ("seeds/nanobot-home/config.json", "a.json"),
            ("stack.yaml", "a.toml"), ("stack.yaml", ".env"),
        ] {
            let bytes = try mangled(file, seed: seed)
            guard let template = Template(contents: bytes, path: name) else { continue }
            // Escaped references lose a dollar sign; nothing else may change while no variable is known.
            guard !String(decoding: bytes, as: UTF8.self).contains("$$") else { continue }
            #expect(template.rendered { _ in nil }.contents == bytes)
        }
    }
}
