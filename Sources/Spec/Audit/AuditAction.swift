/// What was done, as the audit log names it. Part of the contract: a word is never renamed.
package enum AuditAction: String, Sendable, Codable, CaseIterable {
    case userCreate = "user.create"
    /// Another name.
    case userUpdate = "user.update"
    case userDisable = "user.disable"
    case userEnable = "user.enable"
    /// Changed by its owner or reset by somebody else.
    case userPassword = "user.password"
    case userDelete = "user.delete"
    case sessionLogin = "session.login"
    case sessionLogoutEverywhere = "session.logout_everywhere"
    case inviteCreate = "invite.create"
    case inviteRevoke = "invite.revoke"
    case keySet = "key.set"
    case keyDelete = "key.delete"
    case shareOn = "share.on"
    case shareOff = "share.off"
    case tokenCreate = "token.create"
    case tokenRevoke = "token.revoke"
    case runnerStop = "runner.stop"
    case runnerRecycle = "runner.recycle"
    case runnerIdle = "runner.idle"
    case runnerSuspend = "runner.suspend"
    case runnerResume = "runner.resume"
    /// A change of the files above the safety share.
    case configApprove = "config.approve"
    /// A new key for what is sealed in the database.
    case sealingKeyRotate = "sealing_key.rotate"
}
