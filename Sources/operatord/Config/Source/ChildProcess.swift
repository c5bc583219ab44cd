import CLinux
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Runs another program to its end, within a deadline and a bound on what it may write.
enum ChildProcess {
    struct Ended: Sendable {
        /// Exit code; 128 and the signal's number when a signal ended it.
        var status: Int32
        var output: Data
        var errors: Data
    }

    enum Failure: Error, CustomStringConvertible {
        case notStarted(program: String, reason: String)
        case deadline(program: String, Duration)
        case tooMuchOutput(program: String, bytes: Int)
        case cancelled(program: String)

        var description: String {
            switch self {
            case .notStarted(let program, let reason): "\(program) cannot be started: \(reason)."
            case .deadline(let program, let deadline):
                "\(program) did not end within \(deadline.components.seconds) seconds."
            case .tooMuchOutput(let program, let bytes): "\(program) wrote more than \(bytes) bytes."
            case .cancelled(let program): "\(program) was stopped."
            }
        }
    }

    /// Output is kept up to `maxOutput` bytes, and more is a failure; of what goes to standard error the first 16 KiB
    /// are kept. The program runs in a process group of its own, which is killed as a whole when the deadline is over
    /// or the task is cancelled. It gets no other file than these and no other variable than `environment`.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], deadline: Duration,
        maxOutput: Int = 1 << 20
    ) async throws(Failure) -> Ended {
        let isCancelled = Atomic(false)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Ended, Failure>, Never>) in
                DispatchQueue.global().async {
                    continuation.resume(
                        returning: Result { () throws(Failure) in
                            let child = try Child(program, arguments, environment: environment)
                            return try child.wait(deadline: deadline, maxOutput: maxOutput) {
                                isCancelled.load(ordering: .relaxed)
                            }
                        })
                }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
        return try result.get()
    }
}

/// A started program. Used from one thread, which it blocks.
private struct Child {
    private static let maxErrors = 16 << 10
    private static let tick: Int32 = 50

    private let program: String
    private let pid: pid_t
    private let output: Int32
    private let errors: Int32

    init(_ program: String, _ arguments: [String], environment: [String: String]) throws(ChildProcess.Failure) {
        func failure(_ code: Int32) -> ChildProcess.Failure {
            .notStarted(program: program, reason: String(cString: strerror(code)))
        }
        var out: [Int32] = [-1, -1]
        var err: [Int32] = [-1, -1]
        guard pipe2(&out, O_CLOEXEC) == 0 else { throw failure(errno) }
        guard pipe2(&err, O_CLOEXEC) == 0 else {
            let code = errno
            out.forEach { close($0) }
            throw failure(code)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, out[1], 1)
        posix_spawn_file_actions_adddup2(&actions, err[1], 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, program, &actions, &attributes, &words, &variables)
        for text in words + variables { free(text) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        close(out[1])
        close(err[1])
        guard code == 0 else {
            close(out[0])
            close(err[0])
            throw failure(code)
        }
        self.program = program
        self.pid = pid
        output = out[0]
        errors = err[0]
    }

    func wait(
        deadline: Duration, maxOutput: Int, isCancelled: () -> Bool
    ) throws(ChildProcess.Failure) -> ChildProcess.Ended {
        defer {
            close(output)
            close(errors)
        }
        let end = ContinuousClock.now + deadline
        var written = Data()
        var complaints = Data()
        var open = Set([output, errors])
        var status: Int32?
        while true {
            let hasRead = read(&open) { bytes, descriptor in
                if descriptor == output {
                    written.append(contentsOf: bytes)
                } else {
                    complaints.append(contentsOf: bytes)
                }
            }
            if complaints.count > Self.maxErrors { complaints.removeSubrange(Self.maxErrors...) }
            if status == nil { status = ended(WNOHANG) }
            // A grandchild that stays, like a credential cache, keeps the pipes open; its words are not waited for.
            if let status, open.isEmpty || !hasRead {
                return ChildProcess.Ended(status: status, output: written, errors: complaints)
            }
            if written.count > maxOutput { throw abort(.tooMuchOutput(program: program, bytes: maxOutput), status) }
            if isCancelled() { throw abort(.cancelled(program: program), status) }
            if ContinuousClock.now >= end { throw abort(.deadline(program: program, deadline), status) }
        }
    }

    private func abort(_ failure: ChildProcess.Failure, _ status: Int32?) -> ChildProcess.Failure {
        kill(-pid, SIGKILL)
        if status == nil { _ = ended(0) }
        return failure
    }

    /// Waits at most a tick. Whether there was anything to read.
    private func read(_ open: inout Set<Int32>, _ take: (ArraySlice<UInt8>, Int32) -> Void) -> Bool {
        var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if polled.isEmpty {
            usleep(UInt32(Self.tick) * 100)
            return false
        }
        guard poll(&polled, nfds_t(polled.count), Self.tick) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        for each in polled where each.revents != 0 {
            let count = Glibc.read(each.fd, &buffer, buffer.count)
            if count > 0 {
                take(buffer[..<count], each.fd)
            } else if count == 0 || errno != EINTR {
                open.remove(each.fd)
            }
        }
        return true
    }

    /// The exit code, as shells give it; nil while it runs.
    private func ended(_ options: Int32) -> Int32? {
        var status: Int32 = 0
        var result = waitpid(pid, &status, options)
        while result < 0, errno == EINTR { result = waitpid(pid, &status, options) }
        guard result == pid else { return result == 0 ? nil : 127 }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
