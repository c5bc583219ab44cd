import Foundation

/// A program of the machine, run to its end.
enum Command {
    struct Failed: Error, CustomStringConvertible { let description: String }

    /// What it wrote to its standard output. Throws with its error output when it ends with another code than 0.
    @discardableResult
    static func run(_ arguments: String...) async throws -> String {
        try await run(arguments, input: nil)
    }

    static func run(_ arguments: [String], input: FileHandle?) async throws -> String {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            let trouble = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            throw Failed(description: "\(arguments.joined(separator: " ")): \(trouble)")
        }
        return said.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
