import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The `model` field of a `multipart/form-data` body, such as of an audio transcription: its text and where it stands.
///
/// Only the parts before it are looked at, and of a file only where it ends.
struct MultipartModel: Equatable {
    enum Problem: Error, Hashable {
        /// The content type names no boundary, or the body does not begin with it.
        case malformed
        case missing
    }

    /// A part's headers are a few words.
    private static let mostHeaderBytes = 8 * 1024
    private static let mostNameBytes = 256

    var text: String
    /// Counts from the reader index.
    var range: Range<Int>

    init(in body: ByteBuffer, boundary: String) throws(Problem) {
        let delimiter = ByteBuffer(string: "\r\n--" + boundary)
        let lineEnd = ByteBuffer(string: "\r\n")
        let headersEnd = ByteBuffer(string: "\r\n\r\n")
        // The first delimiter may stand at the very beginning, without a line break before it.
        let first = delimiter.getSlice(at: delimiter.readerIndex + 2, length: delimiter.readableBytes - 2) ?? delimiter
        guard !boundary.isEmpty, let start = body.firstRange(of: first, from: 0) else { throw .malformed }
        var position = start.upperBound
        while let line = body.firstRange(of: lineEnd, from: position), line.lowerBound == position {
            // The line break before a part's headers also is the one before an empty line, when there are none.
            guard let headers = body.firstRange(of: headersEnd, from: position) else { throw .malformed }
            guard headers.lowerBound - position <= Self.mostHeaderBytes,
                let end = body.firstRange(of: delimiter, from: headers.upperBound)
            else { throw .malformed }
            let content = headers.upperBound..<end.lowerBound
            if Self.isModel(body.text(position..<headers.lowerBound) ?? "") {
                guard content.count <= Self.mostNameBytes, let text = body.text(content), !text.isEmpty else {
                    throw .missing
                }
                self.text = text
                range = content
                return
            }
            position = end.upperBound
        }
        throw .missing
    }

    private static func isModel(_ headers: String) -> Bool {
        headers.split(separator: "\r\n").contains { line in
            let words = line.split(separator: ";").map { $0.drop { $0 == " " || $0 == "\t" } }
            guard let first = words.first, HeaderName.hasPrefix(String(first), "content-disposition:") else {
                return false
            }
            return words.contains { $0 == "name=\"model\"" || $0 == "name=model" }
        }
    }
}

extension MultipartModel {
    /// The boundary that a content type names; nil when it is another type, empty when it names none.
    static func boundary(inContentType value: String) -> String? {
        guard HeaderName.hasPrefix(value, "multipart/form-data") else { return nil }
        var words = value.split(separator: ";").map { $0.drop { $0 == " " || $0 == "\t" } }
        guard let type = words.first, HeaderName.equals(type.filter { $0 != " " }, "multipart/form-data") else {
            return nil
        }
        words.removeFirst()
        let name = "boundary="
        guard let word = words.first(where: { HeaderName.hasPrefix(String($0), "boundary=") }) else { return "" }
        return word.dropFirst(name.count).filter { $0 != "\"" }
    }
}

extension ByteBuffer {
    /// `position` and the result count from the reader index.
    fileprivate func firstRange(of part: ByteBuffer, from position: Int) -> Range<Int>? {
        let length = part.readableBytes
        return withUnsafeReadableBytes { bytes in
            part.withUnsafeReadableBytes { part in
                guard let base = bytes.baseAddress, let wanted = part.baseAddress, let first = part.first else {
                    return nil
                }
                var position = position
                while position + length <= bytes.count,
                    let found = memchr(base + position, Int32(first), bytes.count - length - position + 1)
                {
                    position = base.distance(to: UnsafeRawPointer(found))
                    if memcmp(found, wanted, length) == 0 { return position..<position + length }
                    position += 1
                }
                return nil
            }
        }
    }

    fileprivate func text(_ range: Range<Int>) -> String? {
        getSlice(at: readerIndex + range.lowerBound, length: range.count).flatMap {
            String(validating: $0.readableBytesView, as: UTF8.self)
        }
    }
}
