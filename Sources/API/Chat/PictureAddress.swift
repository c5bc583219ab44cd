import Foundation
import Spec

/// Pictures as data URLs, as clients send them, OpenAI's requests hold them and exports keep them.
enum PictureAddress {
    static func of(_ picture: Picture) -> String {
        "data:\(picture.format.rawValue);base64,\(Data(picture.content).base64EncodedString())"
    }

    /// The pictures of `addresses`, which stand in the field `place`. Throws an ``APIFailure``: 400 for what is no such
    /// picture and for too many, 413 for one that is too large.
    static func read(_ addresses: [String], at place: String) throws(APIFailure) -> [Picture] {
        guard addresses.count <= Picture.mostPerMessage else {
            throw .invalid(
                "A message has at most \(Picture.mostPerMessage) images.", parameter: place, code: "too_many_images")
        }
        var pictures: [Picture] = []
        for (index, address) in addresses.enumerated() {
            pictures.append(try read(address, at: "\(place)[\(index)]"))
        }
        return pictures
    }

    private static func read(_ address: String, at place: String) throws(APIFailure) -> Picture {
        guard address.utf8.count <= Picture.mostBytes / 3 * 4 + 64 else { throw .tooLarge(place) }
        let parts = address.split(separator: ",", maxSplits: 1)
        guard parts.count == 2, let content = Data(base64Encoded: String(parts[1])),
            let picture = Picture(Array(content)),
            parts[0] == "data:\(picture.format.rawValue);base64"
        else {
            throw .invalid(
                "\(place) is no data URL of a PNG, JPEG, WebP or GIF.", parameter: place, code: "invalid_image")
        }
        guard content.count <= Picture.mostBytes else { throw .tooLarge(place) }
        return picture
    }
}

extension APIFailure {
    fileprivate static func tooLarge(_ place: String) -> APIFailure {
        APIFailure(
            status: 413, code: "image_too_large", message: "\(place) has more than \(Picture.mostBytes >> 20) MiB.",
            parameter: place)
    }
}
