// Every key of `stack.yaml`, by group. `docs/configuration.md` describes each; a test compares.

enum StackKey: String, CaseIterable {
    case source, instance, paths, listen, engine, reconcile, runners, sharedEnv, pinned, users, auth, proxy, limits
}

enum PathsKey: String, CaseIterable {
    case dataRoot, hostRoot, usersRoot, database, backends, seeds, frontend
}

enum SourceKey: String, CaseIterable {
    case git, ref, path, interval, secrets, username, password
}

enum ListenKey: String, CaseIterable {
    case host, port, trustedProxies
}

enum EngineKey: String, CaseIterable {
    case socket, reach, portRange, bindHost, pullPolicy, onDigestChange, prepull, registryAuthFile
}

enum ReconcileKey: String, CaseIterable {
    case interval, maxLanes, maxRecreates, drainTimeout, safetyShare, safetyFloor
}

enum RunnersKey: String, CaseIterable {
    case idle, minIdle, startupTimeout, startupPoll, memory, cpus, pids, maxRunners, hardening
}

enum HardeningKey: String, CaseIterable {
    case noNewPrivileges, dropCapabilities, addCapabilities, readOnly, tmpfs, seccompUnconfined
}

enum PinnedKey: String, CaseIterable {
    case user, backend, ttl
}

enum UserKey: String, CaseIterable {
    case user, maxRunners, idle, memory, cpus, pids
}

enum AuthKey: String, CaseIterable {
    case jwtSecret, bootstrapAdmin, allowSignup, inviteCode, inviteOnly, cookieSecure, sessionTtl, attemptsPerMinute,
        corsOrigins
}

enum BootstrapAdminKey: String, CaseIterable {
    case email, password, name
}

enum ProxyKey: String, CaseIterable {
    case maxBody, clientTimeout, connectTimeout, firstByteTimeout, idleTimeout, streamHoldback, startingTimeout
    case maxWaitersPerRunner
}

enum LimitsKey: String, CaseIterable {
    case userRequestsPerMinute, userConcurrentRequests, tokenRequestsPerMinute, tokenConcurrentRequests
    case userImages
}

/// A secret that is kept in a file of its own.
enum SecretFileKey: String, CaseIterable {
    case file
}
