import Foundation
import Hummingbird
import Spec

extension Request {
    /// A text of the query, where a plus is a space as forms write it; nil without one. Throws 400 when its escapes
    /// are broken.
    func text(_ name: String) throws(APIFailure) -> String? {
        let field = (uri.query ?? "").split(separator: "&").first { $0.hasPrefix("\(name)=") }
        guard let field else { return nil }
        let value = field.dropFirst(name.count + 1).replacing("+", with: " ")
        guard let text = value.removingPercentEncoding else {
            throw .invalid("\(name) has broken percent escapes.", parameter: name)
        }
        return text
    }

    /// A whole number of the query; nil without one. Throws 400 when it is none.
    func number(_ name: String) throws(APIFailure) -> Int64? {
        guard let text = try text(name) else { return nil }
        guard let number = Int64(text) else { throw .invalid("\(name) is a whole number.", parameter: name) }
        return number
    }

    /// `true` or `false` of the query; nil without one. Throws 400 for other words.
    func flag(_ name: String) throws(APIFailure) -> Bool? {
        guard let text = try text(name) else { return nil }
        guard let flag = Bool(text) else { throw .invalid("\(name) is true or false.", parameter: name) }
        return flag
    }
}
