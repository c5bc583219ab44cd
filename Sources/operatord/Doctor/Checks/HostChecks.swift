import Foundation
import Spec

/// The machine: kernel limits, clock, disk, ports.
enum HostChecks {
    /// - Parameter value: nil when the kernel does not say.
    static func limit(_ what: String, _ value: Int?, least: Int, remedy: String) -> Finding {
        guard let value else {
            return .warning(
                "limits", "\(what) cannot be read", remedy: "Look at it by hand; at least \(least) is wanted.")
        }
        guard value >= least else {
            return .warning("limits", "\(what) is \(value), at least \(least) is wanted", remedy: remedy)
        }
        return .ok("limits", "\(what) is \(value)")
    }

    /// - Parameter elsewhere: what another machine's clock said at the same time, nil when none was asked.
    static func clock(_ now: Date, elsewhere: Date?) -> Finding {
        let remedy = "Set the clock and keep it with NTP (timedatectl set-ntp true)."
        // Sessions and certificates would be judged by it.
        if now < Date(timeIntervalSince1970: 1_735_689_600) {
            return .failure("clock", "the clock is before 2025", remedy: remedy)
        }
        guard let elsewhere else { return .ok("clock", "the clock is plausible") }
        let apart = Int(abs(now.timeIntervalSince(elsewhere)).rounded())
        guard apart <= 60 else {
            return .warning("clock", "the clock is \(apart) s apart from the upstream's", remedy: remedy)
        }
        return .ok("clock", "the clock agrees with the upstream's to \(apart) s")
    }

    static func disk(free: Int64, total: Int64, path: String) -> Finding {
        let words = "\(free >> 20) MiB of \(total >> 20) MiB are free at \(path)"
        let remedy = "Make room: docker system df shows images, du -sh \(path)/users/* homes."
        if free < 200 << 20 { return .failure("disk", words, remedy: remedy) }
        return free < 2 << 30 ? .warning("disk", words, remedy: remedy) : .ok("disk", words)
    }

    enum Listening { case free, ours, taken, refused(String) }

    static func listen(_ address: String, _ state: Listening) -> Finding {
        switch state {
        case .free: .ok("ports", "\(address) can be listened on")
        case .ours: .ok("ports", "the running operatord listens on \(address)")
        case .taken:
            .failure(
                "ports", "another program listens on \(address)",
                remedy: "Stop it (ss -ltnp shows it), or change listen.port.")
        case .refused(let why):
            .failure("ports", "\(address) cannot be listened on: \(why)", remedy: "Change listen.host or listen.port.")
        }
    }

    static func pool(_ range: ClosedRange<UInt16>, free: Int) -> Finding {
        let words = "\(free) of \(range.count) ports \(range.lowerBound)-\(range.upperBound) for runners are free"
        let remedy = "Widen engine.portRange, or use engine.reach: bridge."
        if free == 0 { return .failure("ports", words, remedy: remedy) }
        return free * 10 < range.count ? .warning("ports", words, remedy: remedy) : .ok("ports", words)
    }
}
