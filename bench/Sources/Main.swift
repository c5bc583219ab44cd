import Logging

/// Measurements that need no daemon and no network; each prints one line of JSON.
@main
struct Bench {
    static func main() async throws {
        guard CommandLine.arguments.dropFirst() == ["plan"] else {
            Logger(label: "bench").error("usage: bench plan")
            return
        }
        for line in PlanBench().run() { print(line) }
        print(try await PassBench().run())
    }
}
