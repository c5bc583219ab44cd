import CoreFoundation
import Foundation
import Spec

/// The system's real-time clock. Sleeps are of elapsed time, so a step of the clock does not stretch one.
struct SystemClock: WallClock {
    func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
