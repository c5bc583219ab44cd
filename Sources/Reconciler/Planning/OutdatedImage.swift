import Spec

extension RunnerCase {
    /// What changed when the container's image is to be replaced: its name means another one by now.
    func outdatedImage(of container: ObservedContainer) -> String? {
        guard !rules.images.isEmpty, case .runnable(let spec) = runner.resolution, spec.onDigestChange == .recreate
        else { return nil }
        return OutdatedImage(of: container, made: spec.container.image, images: rules.images)?.change
    }
}

/// A running container whose image's name means another image by now.
struct OutdatedImage {
    /// Engines tell a container's age in whole seconds.
    private static let granularity = Duration.seconds(1)

    private let has: String
    private let meansNow: String

    /// nil when it is up to date, or when that is not known.
    ///
    /// Only a container that was there already when the name was looked up tells anything. One that came after the other
    /// meaning was made from it, whatever the engine calls its image: making it anew would change nothing.
    init?(of container: ObservedContainer, made reference: String, images: [String: KnownImage]) {
        guard let image = images[reference], let has = container.imageID, has != image.id,
            container.createdAt <= image.since, container.createdAt + Self.granularity <= image.askedAt
        else { return nil }
        self.has = has
        meansNow = image.id
    }

    /// `image digest changed from sha256:0123456789ab to sha256:ba9876543210`.
    var change: String { "image digest changed from \(Self.short(has)) to \(Self.short(meansNow))" }

    /// With the first twelve digits, as the `docker` command shows them.
    private static func short(_ id: String) -> Substring { id.prefix("sha256:".count + 12) }
}
