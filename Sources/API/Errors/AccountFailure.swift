import Spec

extension APIFailure {
    init(_ error: AccountError) {
        let message = error.description.prefix(1).uppercased() + error.description.dropFirst() + "."
        switch error {
        case .emailInvalid: self.init(status: 400, code: "email_invalid", message: message, parameter: "email")
        case .passwordLength: self.init(status: 400, code: "password_length", message: message, parameter: "password")
        case .emailTaken: self.init(status: 409, code: "email_taken", message: message, parameter: "email")
        case .adminExists: self.init(status: 409, code: "admin_exists", message: message)
        case .store:
            self.init(
                status: 503, code: "store_unavailable", message: "The database does not answer; try again.",
                retryAfterSeconds: 5)
        }
    }
}
