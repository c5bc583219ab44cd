import Foundation
import Spec

/// Where the contents of the configuration's files come from: the disk, or what was kept of an earlier reading.
protocol FileContents {
    func text(of path: String) throws -> String
    /// nil when there is no such folder.
    func seed(in folder: String) throws(SeedFolder.Problem) -> SeedTree?
    /// The commit to read of the repository that is followed; nil when none was fetched yet.
    func checkout(under dataRoot: String) -> Checkout?
    /// Links that make the checkout unusable, as paths inside it.
    func links(leadingOutOf checkout: Checkout) -> [String]
}

/// The files as they are now. Remembers what it was asked for and what it gave.
final class DiskContents: FileContents {
    private(set) var snapshot = ConfigurationSnapshot()
    private let otherCheckout: Checkout?

    /// With `checkout`, that folder stands for the commit that was fetched last.
    init(checkout: Checkout? = nil) { otherCheckout = checkout }

    func checkout(under dataRoot: String) -> Checkout? {
        snapshot.checkout = otherCheckout ?? SourceFolder(dataRoot: dataRoot).current
        return snapshot.checkout
    }

    func links(leadingOutOf checkout: Checkout) -> [String] { CheckoutLinks.leadingOut(of: checkout.root) }

    func text(of path: String) throws -> String {
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            snapshot.texts[path] = text
            return text
        } catch {
            snapshot.unreadable[path] = error.reason
            throw error
        }
    }

    func seed(in folder: String) throws(SeedFolder.Problem) -> SeedTree? {
        guard FileManager.default.fileExists(atPath: folder) else {
            snapshot.missingSeeds.insert(folder)
            return nil
        }
        do {
            let tree = try SeedFolder.read(folder)
            snapshot.seeds[folder] = tree.files.map(ConfigurationSnapshot.File.init)
            return tree
        } catch {
            snapshot.missingSeeds.insert(folder)
            snapshot.unreadable["\(folder)/"] = "\(error)"
            throw error
        }
    }
}

extension Error {
    /// The system's own words for a failed reading, without Foundation's framing.
    var reason: String {
        guard let error = self as? CocoaError else { return "\(self)" }
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "it does not exist"
        case .fileReadNoPermission: return "this user may not read it"
        case .fileReadInapplicableStringEncoding, .fileReadCorruptFile: return "it is not UTF-8 text"
        default: return error.localizedDescription
        }
    }
}
