/// An answer that is an error, before it takes the shape of the part of the API it belongs to.
package struct APIFailure: Error, Sendable, Hashable {
    /// HTTP status, 400...599.
    package var status: Int
    /// Snake-case word for programs, `missing_values`. Part of the contract.
    package var code: String
    /// One sentence for people. Never holds a secret.
    package var message: String
    /// Name of the request's field that is wrong.
    package var parameter: String?
    /// Seconds for the `Retry-After` header.
    package var retryAfterSeconds: Int?
    /// Methods for the `Allow` header of a 405.
    package var allow: [String]

    package init(
        status: Int, code: String, message: String, parameter: String? = nil, retryAfterSeconds: Int? = nil,
        allow: [String] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter
        self.retryAfterSeconds = retryAfterSeconds
        self.allow = allow
    }
}

extension APIFailure {
    package static let signedOut = APIFailure(
        status: 401, code: "not_signed_in", message: "Sign in first: there is no valid session in this request.")

    package static let foreignOrigin = APIFailure(
        status: 403, code: "foreign_origin", message: "This request comes from another site's page.")

    package static let internalError = APIFailure(
        status: 500, code: "internal_error", message: "Something went wrong here; the log has it under this request id."
    )

    package static func notFound(_ path: String) -> APIFailure {
        APIFailure(status: 404, code: "not_found", message: "There is nothing at \(path).")
    }

    package static func methodNotAllowed(_ method: String, allow: [String]) -> APIFailure {
        APIFailure(
            status: 405, code: "method_not_allowed", message: "\(method) is not possible here.", allow: allow)
    }

    package static func unknownBackend(_ name: String) -> APIFailure {
        APIFailure(status: 404, code: "backend_not_found", message: "There is no backend \(name).")
    }

    package static func unknownModel(_ name: String) -> APIFailure {
        APIFailure(
            status: 404, code: "model_not_found",
            message: "The model \(name) does not exist; GET /v1/models lists them.",
            parameter: "model")
    }

    package static func bodyTooLarge(limit: Int) -> APIFailure {
        APIFailure(status: 413, code: "body_too_large", message: "The body is larger than \(limit) bytes.")
    }

    package static func invalid(_ message: String, parameter: String? = nil, code: String = "invalid_request")
        -> APIFailure
    {
        APIFailure(status: 400, code: code, message: message, parameter: parameter)
    }
}
