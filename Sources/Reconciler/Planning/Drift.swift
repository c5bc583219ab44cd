import Spec

extension RunnerCase {
    /// Names what makes a container another one than `spec` asks for; nil when nothing does.
    func drift(of container: ObservedContainer, from spec: RunnerSpec) -> String? {
        guard let has = container.fingerprint else { return "fingerprint cannot be read" }
        if spec.fingerprint.matches(has) { return outdatedImage(of: container) }
        let names = spec.fingerprint.differences(from: has)
        if names == [Fingerprint.recycleField] { return "recycle asked for" }
        let wanted = FieldValues(name: spec.containerName, container: spec.container)
        let shown = names.prefix(4).map { ($0, container.values.change(of: $0, to: wanted)) }
        return sentence(shown, more: names.count - shown.count)
    }

    /// `image changed from a:1 to a:2, override.LLM_MODEL changed`.
    private func sentence(_ fields: [(name: String, change: String?)], more: Int) -> String {
        let known = fields.compactMap { field in field.change.map { "\(field.name) changed \($0)" } }
        let unknown = fields.filter { $0.change == nil }.map(\.name).joined(separator: ", ")
        let rest = more > 0 ? " and \(more) more" : ""
        if unknown.isEmpty { return known.joined(separator: ", ") + rest }
        return (known + ["\(unknown)\(rest) changed"]).joined(separator: ", ")
    }

    /// Replaces a container with a process in it: image first, so that one that cannot be had costs nobody a working
    /// runner; then the drain; never two at once, because they share the home.
    func replaceLive(_ container: ObservedContainer, _ spec: RunnerSpec, because cause: String) -> Decision {
        if let wait = waitAfterFailure {
            var outcome = serve(container, spec)
            wait.apply(to: &outcome)
            return Decision(id, outcome)
        }
        if found.isBeingRemoved { return Decision(id, serve(container, spec)) }
        let image = Step.ensureImage(spec.container.image)
        let removal = closingGate + container.removalSteps(graceSeconds: spec.container.stopGraceSeconds)
        let steps = [image] + removal + creation(of: spec)
        let outcome = afterDrain(lane(.recreate, because: cause, steps, spec), preparing: [image])
        let counts = !rules.configurationIsSettled && isFromConfiguration(container, spec)
        return Decision(
            id, outcome, change: counts ? Decision.Change(cause: cause, instead: serve(container, spec)) : nil,
            turn: turn(outcome, container, spec))
    }

    /// What makes a container once its image is there.
    func creation(of spec: RunnerSpec) -> [Step] {
        [.prepareHome, .create(name: spec.containerName), .start(nil), .probe(nil)]
    }
}
