/// An image file of a message. (In this project "image" alone is a container's.)
package struct Picture: Sendable, Hashable {
    /// 4 MiB.
    package static let mostBytes = 4 << 20
    package static let mostPerMessage = 4

    /// What is known of a picture without its bytes.
    package struct Facts: Sendable, Hashable {
        package var format: Format
        package var byteCount: Int

        package init(format: Format, byteCount: Int) {
            self.format = format
            self.byteCount = byteCount
        }
    }

    /// Raw values are media types.
    package enum Format: String, Sendable, CaseIterable {
        case png = "image/png"
        case jpeg = "image/jpeg"
        case webp = "image/webp"
        case gif = "image/gif"

        /// What the first bytes of a file say; nil for anything else.
        package init?(signature bytes: [UInt8]) {
            if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
                self = .gif
            } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
                self = .webp
            } else {
                return nil
            }
        }
    }

    package let format: Format
    package let content: [UInt8]

    /// nil when the bytes are none of the formats.
    package init?(_ content: [UInt8]) {
        guard let format = Format(signature: content) else { return nil }
        self.format = format
        self.content = content
    }

    package var facts: Facts { Facts(format: format, byteCount: content.count) }
}
