import NIOCore
import Testing

@testable import API

struct MultipartModelTests {
    private func model(_ body: String, boundary: String = "b") throws -> String {
        var buffer = ByteBuffer(string: "junk" + body)
        buffer.moveReaderIndex(forwardBy: 4)
        let model = try MultipartModel(in: buffer, boundary: boundary)
        let slice = buffer.getSlice(at: buffer.readerIndex + model.range.lowerBound, length: model.range.count)
        #expect(slice.map { String(buffer: $0) } == model.text)
        return model.text
    }

    @Test(arguments: [
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--\r\n",
        "preamble\r\n--b\r\ncontent-disposition:form-data;name=model\r\n\r\nm\r\n--b--",
        "--b\r\nX: y\r\nContent-Disposition: form-data; name=\"model\"\r\nContent-Type: text/plain\r\n\r\nm\r\n--b\r\n",
        "--b\r\n\r\nno headers\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; "
            + "name=\"model\"\r\n\r\nm\r\n--b--",
    ])
    func theFieldIsFound(body: String) throws {
        #expect(try model(body) == "m")
    }

    @Test(arguments: [
        "--b--", "--b\r\nContent-Disposition: form-data; name=\"models\"\r\n\r\nm\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nname=\"model\"\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\(String(repeating: "m", count: 300))\r\n--b--",
    ])
    func withoutItThereIsNone(body: String) {
        #expect(throws: MultipartModel.Problem.missing) { try model(body) }
    }

    @Test(arguments: [
        "", "b", "--c\r\n", "--b\r\nX: y", "--b\r\nX: y\r\n\r\n", "--b\r\nX: y\r\n\r\nm",
        "--b\r\nX: \(String(repeating: "y", count: 9000))\r\n\r\nm\r\n--b--",
    ])
    func whatIsNoFormIsSaidToBeNone(body: String) {
        #expect(throws: MultipartModel.Problem.malformed) { try model(body) }
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=b", "b"), ("Multipart/Form-Data; charset=utf-8; Boundary=\"b c\"", "b c"),
        ("multipart/form-data", ""), ("application/json", nil), ("multipart/mixed; boundary=b", nil), ("", nil),
    ])
    func theBoundaryIsInTheType(type: String, boundary: String?) {
        #expect(MultipartModel.boundary(inContentType: type) == boundary)
    }
}

struct ResponseIDScannerTests {
    private func id(_ chunks: String...) -> String? {
        var scanner = ResponseIDScanner()
        for chunk in chunks {
            if let id = scanner.next(ByteBuffer(string: chunk)) { return id }
        }
        return nil
    }

    @Test func theFirstIDOfAResponseIsFound() {
        #expect(id(#"{"id":"resp_1","output":[]}"#) == "resp_1")
        #expect(id(#"{"output":[{"id":"msg_1"}], "id" : "resp-2"}"#) == "resp-2")
        #expect(id("event: response.created\n", "data: {\"response\":{\"i", "d\":\"resp_", "3\"}}") == "resp_3")
        #expect(id(#"{"id":null,"error":{"message":"no"}}"#) == nil)
        #expect(id(#"{"id":"msg_1"}"#) == nil)
        #expect(id("") == nil)
    }

    @Test func farFromTheBeginningItIsNotLookedFor() {
        var scanner = ResponseIDScanner()
        #expect(scanner.next(ByteBuffer(string: String(repeating: " ", count: 16 * 1024))) == nil)
        #expect(scanner.isDone)
    }
}
