import ArgumentParser
import Spec

/// A runner on the command line: `alice/demo`.
struct RunnerArgument: ExpressibleByArgument {
    let id: RunnerID

    init?(argument: String) {
        guard let id = RunnerID(argument) else { return nil }
        self.id = id
    }
}
