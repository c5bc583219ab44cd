/// One event of a log that is followed, as the control socket tells it. At least one is set.
package struct FollowedLogEvent: Sendable, Hashable, Codable {
    /// Lines that are missing here, because they were read too slowly.
    package var leftOut: Int?
    /// The lines from here on are of the container with this name.
    package var container: String?
    package var line: String?
    /// Why it ends here.
    package var problem: String?

    package init(leftOut: Int? = nil, container: String? = nil, line: String? = nil, problem: String? = nil) {
        self.leftOut = leftOut
        self.container = container
        self.line = line
        self.problem = problem
    }

    package init(_ piece: FollowedLog) {
        switch piece {
        case .container(let name): self.init(container: name)
        case .line(let text): self.init(line: text)
        }
    }

    /// What stands in the place of `self` and of what was left out before it.
    package func replacement(after before: FollowedLogEvent?) -> FollowedLogEvent {
        let lines = (before?.leftOut ?? 0) + (line == nil ? 0 : 1)
        return FollowedLogEvent(
            leftOut: lines == 0 ? nil : lines, container: container ?? before?.container, problem: problem)
    }
}
