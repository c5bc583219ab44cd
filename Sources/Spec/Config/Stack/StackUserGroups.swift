/// What the stack declares about single users.
extension StackReader {
    func pinned() -> [StackSpec.PinnedWish] {
        var seen: [String: String] = [:]
        return (root.field(.pinned)?.items() ?? []).compactMap { item in
            let group = FieldReader<PinnedKey>(item.node, at: item.place, in: context)
            let user = group.required(.user)?.text()
            let backend = group.required(.backend)?.text()
            let ttl = group.field(.ttl)?.durationOrNever(upTo: Limits.day * 365)
            guard let user, let backend else { return nil }
            if let first = seen.updateValue(item.place.path, forKey: "\(user)/\(backend)") {
                return item.fail("\(user)/\(backend) is pinned twice, first as \(first).", "Keep one of them.")
            }
            return StackSpec.PinnedWish(user: user, backend: backend, ttl: ttl == .zero ? nil : ttl)
        }
    }

    func users() -> [UserRule] {
        var seen: [String: String] = [:]
        return (root.field(.users)?.items() ?? []).compactMap { item in
            let group = FieldReader<UserKey>(item.node, at: item.place, in: context)
            let user = group.required(.user)?.text()
            let idle = group.field(.idle)?.durationOrNever(upTo: Limits.day * 365)
            let rule = UserRule(
                user: user ?? "", maxRunners: group.field(.maxRunners)?.integer(in: 0...100_000),
                idleSeconds: idle?.roundedSeconds,
                resources: ResourcesReader(allowsNone: false).read(
                    memory: group.field(.memory), cpus: group.field(.cpus), pids: group.field(.pids),
                    defaults: Resources()))
            guard let user else { return nil }
            if let first = seen.updateValue(item.place.path, forKey: user.lowercased()) {
                return item.fail("\(user) is listed twice, first as \(first).", "Keep one of them.")
            }
            return rule
        }
    }
}
