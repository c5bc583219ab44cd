import Foundation

/// What the system says of this process, in the names that Prometheus' client libraries use.
enum ProcessFigures {
    /// Empty where `/proc` cannot be read.
    static func lines() -> [String] {
        guard let memory = words(of: "/proc/self/statm"), memory.count > 1, let pages = Int(memory[1]) else {
            return []
        }
        var lines = [
            "# TYPE process_resident_memory_bytes gauge",
            "process_resident_memory_bytes \(pages * Int(sysconf(Int32(_SC_PAGESIZE))))",
        ]
        if let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            lines += ["# TYPE process_open_fds gauge", "process_open_fds \(descriptors.count)"]
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            lines += ["# TYPE process_cpu_seconds_total counter", "process_cpu_seconds_total \(usage.cpuSeconds)"]
        }
        return lines
    }

    private static func words(of path: String) -> [Substring]? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ")
    }
}

extension rusage {
    fileprivate var cpuSeconds: Double {
        Double(ru_utime.tv_sec + ru_stime.tv_sec) + Double(ru_utime.tv_usec + ru_stime.tv_usec) / 1e6
    }
}
