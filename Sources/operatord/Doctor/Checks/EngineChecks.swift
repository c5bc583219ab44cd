import Spec

/// The daemon, and what runners need of it.
enum EngineChecks {
    static func daemon(_ answer: Result<EngineInfo, EngineError>, socket: String) -> Finding {
        switch answer {
        case .success(let info):
            .ok("engine", "Docker \(info.version) answers on \(socket) with API \(info.apiVersion)")
        case .failure(.refused(_, let message)):
            .failure("engine", message, remedy: "Install versions of Docker and operatord that know one another.")
        case .failure(let error):
            .failure(
                "engine", "\(socket): \(error)",
                remedy: "Start Docker, set engine.socket to its socket, or let this user into the socket's group.")
        }
    }

    /// - Parameter present: nil when the daemon could not be asked for this one.
    static func image(of backend: BackendSpec, present: Bool?, pulls: PullPolicy) -> Finding {
        let what = "\(backend.image) of \(backend.name)"
        switch present {
        case true?: return .ok("images", "\(what) is present")
        case nil:
            return .warning("images", "\(what) could not be looked for", remedy: "Try again when Docker answers.")
        case false? where pulls == .never:
            return .failure(
                "images", "\(what) is missing and engine.pullPolicy is never",
                remedy: "Run docker pull or docker build for \(backend.image).")
        case false?:
            return .warning(
                "images", "\(what) is missing: the first start pulls it, and fails if it is in no registry",
                remedy: "Run docker pull or docker build for \(backend.image).")
        }
    }

    static func networks(_ backends: [BackendSpec], present: Set<String>) -> [Finding] {
        let wanted = Set(backends.filter { !$0.disabled }.flatMap(\.extraNetworks)).sorted()
        let missing = wanted.filter { !present.contains($0) }
        guard !missing.isEmpty else {
            return [
                .ok("networks", wanted.isEmpty ? "no extra networks are asked for" : "all \(wanted.count) are there")
            ]
        }
        return missing.map { name in
            .failure(
                "networks", "the network \(name) of extra_networks does not exist",
                remedy: "Start what it belongs to, or run docker network create \(name).")
        }
    }
}
