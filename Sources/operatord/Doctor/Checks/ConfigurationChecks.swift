import Foundation
import Spec

/// What the files say: keys, secrets, seeds that render.
enum ConfigurationChecks {
    static func files(_ problems: [ConfigProblem], backends: Int) -> [Finding] {
        guard !problems.isEmpty else {
            let count = backends == 1 ? "1 backend" : "\(backends) backends"
            return [.ok("configuration", "files, secrets and seeds are valid, \(count)")]
        }
        return problems.map { problem in
            let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
            let path = problem.path.isEmpty ? "" : " \(problem.path)"
            return .failure("configuration", "\(place)\(path): \(problem.message)", remedy: problem.remedy)
        }
    }

    /// What can be said of an OpenClaw entry without its image, from its documents (`docs/openclaw.md`).
    static func openClaw(_ backend: BackendSpec, seed: SeedTree?) -> [Finding] {
        guard backend.image.lowercased().contains("openclaw"), !backend.disabled else { return [] }
        let check = "openclaw"
        guard let file = seed?.files.first(where: { $0.path == "openclaw.json" }) else {
            return [
                .warning(
                    check, "\(backend.name): its seed has no openclaw.json, without which its chat endpoint is off",
                    remedy: "Start from seeds/openclaw-home of this project.")
            ]
        }
        let text = String(decoding: file.contents, as: UTF8.self)
            .split(separator: "\n").filter { !$0.drop(while: \.isWhitespace).hasPrefix("//") }.joined(separator: "\n")
        var findings: [Finding] = []
        if !text.contains(/"?chatCompletions"?\s*:\s*\{\s*"?enabled"?\s*:\s*true/) {
            findings.append(
                .warning(
                    check, "\(backend.name): the chat endpoint is off unless chatCompletions.enabled is true",
                    remedy: "Set gateway.http.endpoints.chatCompletions.enabled: true in openclaw.json."))
        }
        if !text.contains(/"?bind"?\s*:\s*["'](?:lan|custom|auto|tailnet)["']/) {
            findings.append(
                .warning(
                    check, "\(backend.name): the gateway listens on loopback, where nobody outside its container comes",
                    remedy: "Set gateway.bind: \"lan\" in openclaw.json."))
        }
        if text.contains(/"?list"?\s*:\s*\[/) {
            findings.append(
                .warning(
                    check, "\(backend.name): agents.list stops gateways of 2026.9 and later",
                    remedy: "Write agents.entries, a map, unless the image is older."))
        }
        if findings.isEmpty {
            findings = [
                .ok(check, "\(backend.name): the seed agrees with OpenClaw's documents; it was never run by us")
            ]
        }
        return findings
    }
}
