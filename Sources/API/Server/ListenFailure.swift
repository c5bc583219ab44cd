import Glibc
import NIOCore

/// Why the server cannot listen, with what to do.
struct ListenFailure: Error, CustomStringConvertible {
    let address: String
    let error: IOError

    var description: String {
        switch error.errnoCode {
        case EADDRINUSE: "\(address) is taken by another program: end that, or set listen.port in stack.yaml"
        case EACCES:
            "\(address) may not be used by this user: set listen.port in stack.yaml to 1024 or more, or run it as root"
        case EADDRNOTAVAIL: "\(address) is no address of this machine: set listen.host in stack.yaml"
        default: "\(address) cannot be listened on: \(error)"
        }
    }
}
