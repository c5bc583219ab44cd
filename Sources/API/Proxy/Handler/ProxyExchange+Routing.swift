import NIOCore
import NIOHTTP1
import Spec

// Which runner a request is for, and whether its sender may send it one now.

extension ProxyExchange {
    /// The request is here whole.
    func requestReceived() {
        do throws(APIFailure) {
            guard let caller else { throw .signedOut }
            admission = try shared.limiter.admit(caller, worker.routes.requestLimits)
            let fields = try readFields(for: caller)
            guard let route = worker.routes.route(forModel: fields.model), caller.mayUse(backend: route.name) else {
                throw .unknownModel(fields.model)
            }
            self.fields = fields
            self.route = route
        } catch {
            return fail(error)
        }
        perform(machine.requestReceived())
    }

    private func readFields(for caller: Caller) throws(APIFailure) -> RequestFields {
        switch kind {
        case .byResponse(let id, let model):
            guard let owner = shared.responseOwners.backend(of: id, user: caller.account.id) ?? model else {
                throw .unknownResponse(id)
            }
            return RequestFields(model: owner)
        case .byModel, .makesResponse:
            let type = request.headers.first(name: "content-type")
            if let boundary = type.flatMap(MultipartModel.boundary(inContentType:)) {
                do throws(MultipartModel.Problem) {
                    return RequestFields(try MultipartModel(in: body, boundary: boundary))
                } catch {
                    throw APIFailure(error)
                }
            }
            do throws(JSONProblem) {
                return try RequestFields(body)
            } catch {
                throw APIFailure(error)
            }
        }
    }

    /// Notes which backend made the response that is coming, as soon as its id has come.
    func noteResponseID(in bytes: ByteBuffer) {
        guard let id = responseIDs?.next(bytes) else {
            if responseIDs?.isDone == true { responseIDs = nil }
            return
        }
        responseIDs = nil
        guard let caller, let route else { return }
        shared.responseOwners.remember(id, of: caller.account.id, backend: route.name)
    }
}

extension APIFailure {
    /// What the body says about its model cannot be read.
    static func encodedBody(_ encoding: String) -> APIFailure {
        APIFailure(
            status: 415, code: "unsupported_content_encoding",
            message: "Send the body as it is: Content-Encoding \(encoding) cannot be read here.")
    }

    static func unknownResponse(_ id: String) -> APIFailure {
        APIFailure(
            status: 404, code: "response_not_found",
            message: "It is not known here which backend made the response \(id): it is not yours, or was made before "
                + "the last restart, or many others since. If it is yours, add ?model=NAME with the backend's name.",
            parameter: "response_id")
    }
}
