import Dispatch
import Glibc

/// The kernel's word that something happened in a folder or to a file. Used from one task.
final class Inotify {
    /// One thing that happened. The queue's overflow comes as ``Event/overflow``.
    struct Event: Sendable, Equatable {
        static let overflow = Event(watch: -1, name: "")

        /// As ``Inotify/watch(_:)`` gave it.
        var watch: Int32
        /// Entry of the folder; empty when it is about the watched thing itself.
        var name: String
    }

    private static let always = IN_DELETE_SELF | IN_MOVE_SELF
    private static let inFolder = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB
    private static let inFile = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB

    private let descriptor: Int32
    private let source: any DispatchSourceRead
    /// Watches to what is of interest there.
    private var interests: [Int32: WatchedPlaces.Interest] = [:]

    /// nil when the system has none left. `onEvents` is called on a queue of its own.
    init?(onEvents: @escaping @Sendable ([Event]) -> Void) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "operatord.inotify"))
        source.setEventHandler {
            let events = Self.read(descriptor)
            if !events.isEmpty { onEvents(events) }
        }
        source.setCancelHandler { close(descriptor) }
        source.activate()
    }

    deinit { source.cancel() }

    /// Watches these places and no others.
    ///
    /// - Returns: Whether something is watched that was not before, so that it has to be looked at again, and whether
    ///   everything could be watched.
    func watch(_ places: WatchedPlaces) -> (hasNew: Bool, isComplete: Bool) {
        var watched: [Int32: WatchedPlaces.Interest] = [:]
        var isComplete = true
        for (path, interest) in places.interests {
            let watch = inotify_add_watch(descriptor, path, UInt32(Self.mask(interest)))
            if watch >= 0 {
                watched[watch] = interest
            } else if errno != ENOENT, errno != ENOTDIR {
                isComplete = false
            }
        }
        for watch in interests.keys where watched[watch] == nil { inotify_rm_watch(descriptor, watch) }
        let hasNew = watched.contains { interests[$0.key] != $0.value }
        interests = watched
        return (hasNew, isComplete)
    }

    /// Whether an event may have changed what was read.
    func concerns(_ event: Event) -> Bool {
        if event == .overflow { return true }
        switch interests[event.watch] {
        case .entries(let names): return event.name.isEmpty || names.contains(event.name)
        case .itself, .everything: return true
        case nil: return false
        }
    }

    private static func mask(_ interest: WatchedPlaces.Interest) -> Int32 {
        switch interest {
        case .itself: always | IN_ONLYDIR
        case .entries: always | inFolder | IN_ONLYDIR
        case .everything: always | inFolder | inFile
        }
    }

    /// Everything that can be read without waiting.
    private static func read(_ descriptor: Int32) -> [Event] {
        var events: [Event] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return events }
            events += parse(buffer[..<count])
        }
    }

    /// `inotify_event`s: watch, mask, cookie and length of the name, four bytes each, then the name, padded with zeros.
    private static func parse(_ bytes: ArraySlice<UInt8>) -> [Event] {
        let head = MemoryLayout<inotify_event>.size
        var events: [Event] = []
        var rest = bytes
        while rest.count >= head {
            let (watch, mask, length) = rest.withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: 0, as: Int32.self),
                    $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                    $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
                )
            }
            let name = rest.dropFirst(head).prefix(Int(length)).prefix { $0 != 0 }
            let isOverflow = mask & UInt32(IN_Q_OVERFLOW) != 0
            events.append(isOverflow ? .overflow : Event(watch: watch, name: String(decoding: name, as: UTF8.self)))
            rest = rest.dropFirst(head + Int(length))
        }
        return events
    }
}
