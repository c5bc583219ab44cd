import Foundation
import Spec

/// What a process starts on: the files as they are, or, when they are bad, as they last were in force.
struct StartConfiguration {
    let configuration: Configuration
    /// The commit that it was read from.
    let applied: SourceCommit?
    /// What the files hold now, good or bad.
    let seen: ConfigurationSnapshot
    /// Why the files are not in force; nil when they are.
    var rejected: ConfigInvalid?
    /// Since when those that are in force had been; nil when the files are.
    var keptSince: Date?

    /// Throws what is wrong with the files when nothing was kept, or when that is not valid any more with the
    /// environment of this process.
    init(_ files: ConfigurationFiles, requiringSecrets: Bool = true) throws(ConfigInvalid) {
        let disk = DiskContents()
        do throws(ConfigInvalid) {
            configuration = try files.configuration(from: disk, requiringSecrets: requiringSecrets)
            seen = disk.snapshot
            applied = seen.checkout?.commit
        } catch {
            guard let kept = LastGoodConfiguration.find(for: files),
                let earlier = try? files.configuration(from: kept.snapshot, requiringSecrets: requiringSecrets)
            else { throw error }
            configuration = earlier
            seen = disk.snapshot
            applied = kept.snapshot.checkout?.commit
            rejected = error
            keptSince = kept.savedAt
        }
    }
}
