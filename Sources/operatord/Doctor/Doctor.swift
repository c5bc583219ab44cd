import DockerEngine
import Foundation
import Glibc
import Logging
import Spec

/// Gathers facts about one installation and has each judged. Changes nothing.
struct Doctor {
    let files: ConfigurationFiles

    func findings() async -> [Finding] {
        var problems: [ConfigProblem] = []
        var found: Configuration?
        do throws(ConfigInvalid) {
            found = try files.load(requiringSecrets: true)
        } catch {
            problems = error.problems
            // The rest is looked at with what was in force last, if there is something.
            found = try? StartConfiguration(files, requiringSecrets: false).configuration
        }
        var findings = ConfigurationChecks.files(problems, backends: found?.backends.count ?? 0)
        findings += limits()
        guard let configuration = found else {
            findings.append(HostChecks.clock(Date(), elsewhere: nil))
            return findings
        }
        findings += configuration.backends.flatMap { backend in
            ConfigurationChecks.openClaw(backend, seed: backend.seedSubdir.flatMap { configuration.seeds[$0] })
        }
        findings += await engine(configuration)
        findings += data(configuration.stack)
        findings += await ports(configuration.stack)
        findings += await upstreams(configuration)
        return findings
    }

    private func limits() -> [Finding] {
        [
            HostChecks.limit(
                "fs.inotify.max_user_instances", HostFacts.kernel("fs/inotify/max_user_instances"), least: 128,
                remedy: "Run sysctl -w fs.inotify.max_user_instances=512 and keep it in /etc/sysctl.d."),
            HostChecks.limit(
                "fs.inotify.max_user_watches", HostFacts.kernel("fs/inotify/max_user_watches"), least: 8192,
                remedy: "Run sysctl -w fs.inotify.max_user_watches=65536 and keep it in /etc/sysctl.d."),
            HostChecks.limit(
                "the limit of open files", HostFacts.openFiles, least: 4096,
                remedy: "Raise it where operatord is started: LimitNOFILE= in systemd, ulimit -n in a shell."),
            HostChecks.limit(
                "kernel.pid_max", HostFacts.kernel("kernel/pid_max"), least: 32768,
                remedy: "Run sysctl -w kernel.pid_max=4194304 and keep it in /etc/sysctl.d."),
        ]
    }

    private func engine(_ configuration: Configuration) async -> [Finding] {
        let stack = configuration.stack
        let engine = DockerEngine(
            configuration: .init(stack, installation: "doctor"),
            logger: Logger(label: "operatord") { _ in SwiftLogNoOpLogHandler() })
        let backends = configuration.backends.filter { !$0.disabled }
        var findings: [Finding] = []
        do throws(EngineError) {
            let info = try await engine.info()
            findings.append(EngineChecks.daemon(.success(info), socket: stack.engine.socket))
            for backend in backends {
                var present: Bool?
                do throws(EngineError) { present = try await engine.imageID(of: backend.image) != nil } catch {}
                findings.append(EngineChecks.image(of: backend, present: present, pulls: stack.engine.pullPolicy))
            }
            findings += EngineChecks.networks(backends, present: try await engine.networkNames())
        } catch {
            findings.append(EngineChecks.daemon(.failure(error), socket: stack.engine.socket))
        }
        await engine.shutdown()
        return findings
    }

    private func data(_ stack: StackSpec) -> [Finding] {
        let root = DataRoot(paths: stack.paths)
        let path = stack.paths.dataRoot
        var findings = [
            DataRootChecks.folder(
                path, exists: FileManager.default.fileExists(atPath: path), writable: access(path, W_OK | X_OK) == 0)
        ]
        findings += DataRootChecks.secrets(
            keyFile: root.keyFile, keyMode: HostFacts.mode(root.keyFile), database: root.database,
            databaseMode: HostFacts.mode(root.database))
        if let space = HostFacts.space(path) {
            findings.append(HostChecks.disk(free: space.free, total: space.total, path: path))
        }
        return findings
    }

    private func ports(_ stack: StackSpec) async -> [Finding] {
        let listen = stack.listen
        var findings: [Finding] = []
        if let port = UInt16(exactly: listen.port), port != 0 {
            let state: HostChecks.Listening
            switch HostFacts.bind(host: listen.host, port: port) {
            case 0: state = .free
            case EADDRINUSE: state = await isServing(stack) ? .ours : .taken
            case let code: state = .refused(String(cString: strerror(code)))
            }
            findings.append(HostChecks.listen("\(listen.host):\(port)", state))
        }
        if stack.engine.reach != .bridge {
            let free = stack.engine.portRange.count { HostFacts.bind(host: stack.engine.bindHost, port: $0) == 0 }
            findings.append(HostChecks.pool(stack.engine.portRange, free: free))
        }
        return findings
    }

    private func isServing(_ stack: StackSpec) async -> Bool {
        guard FileManager.default.fileExists(atPath: stack.paths.dataRoot + "/control") else { return false }
        return (try? await ControlClient(dataRoot: stack.paths.dataRoot).status()) != nil
    }

    private func upstreams(_ configuration: Configuration) async -> [Finding] {
        var findings: [Finding] = []
        var date: Date?
        for question in UpstreamQuestion.all(of: configuration) {
            let reply = await question.ask()
            date = date ?? reply.date
            findings.append(
                UpstreamChecks.models(
                    question.name, url: question.url, reply.answer, isSeenFromHere: question.isSeenFromHere))
        }
        if findings.isEmpty {
            findings = [.ok("upstream", "the files name no LLM_BASE_URL; people and the admin set theirs in Settings")]
        }
        return findings + [HostChecks.clock(Date(), elsewhere: date)]
    }
}
