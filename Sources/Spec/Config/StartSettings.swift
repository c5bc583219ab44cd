/// The settings of `stack.yaml` that are read once, when the process starts. All others hold from the next edit on.
package enum StartSettings {
    private struct Setting {
        var key: String
        /// Puts the value of the second into the first; true when it was another.
        var keep: (inout StackSpec, StackSpec) -> Bool
    }

    private static var all: [Setting] {
        [
            setting("paths.dataRoot", \.paths.dataRoot),
            setting("paths.usersRoot", \.paths.usersRoot),
            setting("paths.database", \.paths.database),
            setting("paths.frontend", \.paths.frontend),
            setting("listen.host", \.listen.host),
            setting("listen.port", \.listen.port),
            setting("engine.socket", \.engine.socket),
            setting("engine.reach", \.engine.reach),
            setting("engine.portRange", \.engine.portRange),
            setting("engine.bindHost", \.engine.bindHost),
            setting("auth.jwtSecret", \.auth.jwtSecret),
            setting("auth.cookieSecure", \.auth.cookieSecure),
            setting("auth.sessionTtl", \.auth.sessionTTL),
        ]
    }

    private static func setting<Value: Equatable>(
        _ key: String, _ path: WritableKeyPath<StackSpec, Value>
    ) -> Setting {
        Setting(key: key) { stack, started in
            let differs = stack[keyPath: path] != started[keyPath: path]
            if differs { stack[keyPath: path] = started[keyPath: path] }
            return differs
        }
    }

    /// Gives `stack` the values that the process was started with.
    ///
    /// - Returns: The keys of `stack.yaml` that were changed and wait for a restart.
    package static func keep(_ started: StackSpec, in stack: inout StackSpec) -> [String] {
        all.filter { $0.keep(&stack, started) }.map(\.key)
    }
}
