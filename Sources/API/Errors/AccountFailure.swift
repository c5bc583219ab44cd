import Spec

extension APIFailure {
    init(_ error: AccountError) {
        let message = error.description.prefix(1).uppercased() + error.description.dropFirst() + "."
        switch error {
        case .emailInvalid: self.init(status: 400, code: "email_invalid", message: message, parameter: "email")
        case .passwordLength: self.init(status: 400, code: "password_length", message: message, parameter: "password")
        case .emailTaken: self.init(status: 409, code: "email_taken", message: message, parameter: "email")
        case .adminExists: self.init(status: 409, code: "admin_exists", message: message)
        case .nameInvalid: self.init(status: 400, code: "name_invalid", message: message, parameter: "name")
        case .inviteInvalid:
            self.init(status: 403, code: "invite_code", message: message, parameter: "invite_code")
        case .inviteNameTaken:
            self.init(status: 409, code: "invite_name_taken", message: message, parameter: "name")
        case .adminProtected: self.init(status: 400, code: "admin_protected", message: message)
        case .beingDeleted: self.init(status: 409, code: "being_deleted", message: message)
        case .store:
            self.init(
                status: 503, code: "store_unavailable", message: "The database does not answer; try again.",
                retryAfterSeconds: 5)
        }
    }
}
