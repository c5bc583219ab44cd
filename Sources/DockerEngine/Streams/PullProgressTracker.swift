import Foundation
import Spec

/// Sums the daemon's report of a pull, one JSON line per layer and change, into a ``PullProgress``.
struct PullProgressTracker: Sendable {
    private(set) var progress: PullProgress
    private var layers: [String: Layer] = [:]

    init(image: String) { progress = PullProgress(image: image) }

    /// Throws what the line reports as an error: a failing pull answers 200 and says so inside.
    mutating func take(_ line: [UInt8]) throws(EngineError) {
        let report: Report
        do {
            report = try JSONDecoder().decode(Report.self, from: Data(line))
        } catch {
            throw .malformed("the pull of \(progress.image): \(DecodingTrouble(error))")
        }
        if let failure = report.failure { throw failure }
        guard let status = report.status else { return }
        progress.status = status
        guard let id = report.id, let stage = Layer.Stage(status) else { return }
        layers[id, default: Layer()].move(to: stage, current: report.detail?.current, total: report.detail?.total)
        progress.layers = layers.count
        progress.layersDone = layers.values.count { $0.isDone }
        progress.bytes = layers.values.reduce(0) { $0 + $1.bytes }
        progress.totalBytes = layers.values.reduce(0) { $0 + $1.total }
    }

    private struct Layer {
        enum Stage {
            case waiting, downloading, downloaded, done

            /// nil for a line that speaks of the image instead of a layer.
            init?(_ status: String) {
                switch status {
                case "Pulling fs layer", "Waiting": self = .waiting
                case "Downloading": self = .downloading
                case "Verifying Checksum", "Download complete", "Extracting": self = .downloaded
                case "Pull complete", "Already exists": self = .done
                default: return nil
                }
            }
        }

        var bytes: Int64 = 0
        var total: Int64 = 0
        var isDone = false

        mutating func move(to stage: Stage, current: Int64?, total: Int64?) {
            // A download of unknown length says -1 or nothing.
            if let total, total > 0 { self.total = total }
            switch stage {
            case .waiting: break
            case .downloading: bytes = self.total > 0 ? min(current ?? bytes, self.total) : bytes
            case .downloaded: bytes = self.total
            case .done:
                bytes = self.total
                isDone = true
            }
        }
    }

    private struct Report: Decodable {
        let status: String?
        let id: String?
        let detail: Detail?
        let error: String?
        let errorDetail: ErrorDetail?

        enum CodingKeys: String, CodingKey {
            case status, id, error, errorDetail
            case detail = "progressDetail"
        }

        struct Detail: Decodable {
            let current: Int64?
            let total: Int64?
        }

        struct ErrorDetail: Decodable {
            let code: Int?
            let message: String?
        }

        var failure: EngineError? {
            guard let message = errorDetail?.message ?? error else { return nil }
            let isMissing = ["not found", "manifest unknown", "does not exist"].contains { message.contains($0) }
            return isMissing ? .notFound(message) : .refused(status: errorDetail?.code ?? 500, message: message)
        }
    }
}
