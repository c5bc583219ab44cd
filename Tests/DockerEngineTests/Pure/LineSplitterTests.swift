import Spec
import Testing

@testable import DockerEngine

@Suite("Lines of a byte stream")
struct LineSplitterTests {
    @Test("Lines come out whole wherever the stream is cut; empty ones are left out")
    func cuts() throws {
        let stream = Array("one\r\n\r\ntwo\n\nthree".utf8)
        for cut in 0...stream.count {
            var splitter = LineSplitter()
            let lines = try splitter.take(stream[..<cut]) + splitter.take(stream[cut...])
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "two"])
            #expect(splitter.rest.map { String(decoding: $0, as: UTF8.self) } == "three")
        }
    }

    @Test("A line without end is refused instead of kept")
    func endless() {
        var splitter = LineSplitter()
        #expect(throws: EngineError.self) {
            try splitter.take(repeatElement(UInt8(ascii: "x"), count: LineSplitter.maxLineBytes + 1))
        }
    }
}
