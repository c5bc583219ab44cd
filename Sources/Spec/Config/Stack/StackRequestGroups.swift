/// The groups that bound what a request may take.
extension StackReader {
    func proxy() -> StackSpec.Proxy {
        let group = root.group(.proxy, ProxyKey.self)
        var proxy = StackSpec.Proxy()
        func set(_ value: inout Duration, _ key: ProxyKey) {
            value = group.field(key)?.duration(in: Limits.millisecond...Limits.day) ?? value
        }
        proxy.maxBodyBytes = group.field(.maxBody)?.bytes(atLeast: 1024).map { Int($0) } ?? proxy.maxBodyBytes
        set(&proxy.clientTimeout, .clientTimeout)
        set(&proxy.connectTimeout, .connectTimeout)
        set(&proxy.firstByteTimeout, .firstByteTimeout)
        set(&proxy.idleTimeout, .idleTimeout)
        set(&proxy.streamHoldback, .streamHoldback)
        set(&proxy.startingTimeout, .startingTimeout)
        proxy.maxWaitersPerRunner =
            group.field(.maxWaitersPerRunner)?.integer(in: 1...100_000) ?? proxy.maxWaitersPerRunner
        return proxy
    }

    func limits() -> StackSpec.RequestLimits {
        let group = root.group(.limits, LimitsKey.self)
        func limit(_ key: LimitsKey, _ variable: OperatorVariable) -> Int {
            group.field(key, variable)?.integer(in: 0...1_000_000) ?? 0
        }
        return StackSpec.RequestLimits(
            user: StackSpec.RequestLimit(
                perMinute: limit(.userRequestsPerMinute, .userRequestsPerMinute),
                concurrent: limit(.userConcurrentRequests, .userConcurrentRequests)),
            token: StackSpec.RequestLimit(
                perMinute: limit(.tokenRequestsPerMinute, .tokenRequestsPerMinute),
                concurrent: limit(.tokenConcurrentRequests, .tokenConcurrentRequests)),
            userPictureBytes: group.field(.userImages)?.bytes(atLeast: 0).map { Int($0) }
                ?? StackSpec.RequestLimits().userPictureBytes)
    }
}
