package import Spec

/// What only the operator may ask for: on the command line, or as the admin.
package struct ControlActions: Sendable {
    package var editing: any OperatorEditing
    /// Looks at the repository that the configuration is followed in; returns at once when there is none.
    package var follow: @Sendable () async -> Void
    /// Reads the configuration's files now, and asks for a pass.
    package var refresh: @Sendable () -> Void
    /// The revision of the configuration in force.
    package var revision: @Sendable () -> Int
    /// Lets the changes of a revision be carried out although they are above the safety share.
    package var approve: @Sendable (_ revision: Int) -> Void

    package init(
        editing: any OperatorEditing, follow: @escaping @Sendable () async -> Void = {},
        refresh: @escaping @Sendable () -> Void,
        revision: @escaping @Sendable () -> Int, approve: @escaping @Sendable (_ revision: Int) -> Void
    ) {
        self.editing = editing
        self.follow = follow
        self.refresh = refresh
        self.revision = revision
        self.approve = approve
    }
}
