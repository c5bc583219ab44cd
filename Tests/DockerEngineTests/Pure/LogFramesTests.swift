import Spec
import Testing

@testable import DockerEngine

@Suite("Log frames")
struct LogFramesTests {
    private static func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [stream, 0, 0, 0] + withUnsafeBytes(of: UInt32(bytes.count).bigEndian, Array.init) + bytes
    }

    private static func lines(keeping limit: Int = 50, _ pieces: [[UInt8]]) throws -> [String] {
        var frames = LogFrames(keeping: limit)
        for piece in pieces { try frames.take(piece) }
        return frames.finish()
    }

    @Test("Lines come out whole wherever the stream is cut")
    func cuts() throws {
        let stream = Self.frame(1, "première\nsecond\r\n") + Self.frame(2, "error\n") + Self.frame(1, "\n")
        for cut in 0...stream.count {
            let lines = try Self.lines([Array(stream[..<cut]), Array(stream[cut...])])
            #expect(lines == ["première", "second", "error", ""])
        }
    }

    @Test("A line may be spread over frames while the other stream speaks")
    func interleaved() throws {
        let stream = Self.frame(1, "long ") + Self.frame(2, "error\n") + Self.frame(1, "line\n")
        #expect(try Self.lines([stream]) == ["error", "long line"])
    }

    @Test("A last line without an end counts; empty frames do not")
    func unterminated() throws {
        #expect(try Self.lines([Self.frame(1, ""), Self.frame(1, "a\nb")]) == ["a", "b"])
        #expect(try Self.lines([]) == [])
    }

    @Test("Only the last lines are kept")
    func limit() throws {
        #expect(try Self.lines(keeping: 2, [Self.frame(1, "a\nb\nc\nd")]) == ["c", "d"])
    }

    @Test("A line is cut at its limit")
    func longLine() throws {
        let long = String(repeating: "x", count: LogFrames.maxLineBytes + 10)
        #expect(try Self.lines([Self.frame(1, long + "\nnext\n")]).map(\.count) == [LogFrames.maxLineBytes, 4])
    }

    @Test("Text without frames is malformed")
    func unframed() {
        #expect(throws: EngineError.self) { try Self.lines([Array("plain text of a terminal\n".utf8)]) }
    }
}
