/// The error object of OpenAI's API, `{"error":{"message","type","param","code"}}`, as `/v1` sends it.
package struct OpenAIErrorBody: Encodable, Sendable {
    package var error: Details

    package struct Details: Encodable, Sendable {
        package var message: String
        package var type: String
        package var param: String?
        package var code: String

        enum CodingKeys: String, CodingKey { case message, type, param, code }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message, forKey: .message)
            try container.encode(type, forKey: .type)
            try container.encode(param, forKey: .param)
            try container.encode(code, forKey: .code)
        }
    }

    package init(_ failure: APIFailure) {
        error = Details(
            message: failure.message, type: Self.type(ofStatus: failure.status), param: failure.parameter,
            code: failure.code)
    }

    private static func type(ofStatus status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}
