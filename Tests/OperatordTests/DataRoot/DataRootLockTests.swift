import Glibc
import Testing

@testable import operatord

@Suite struct DataRootLockTests {
    private let root: TemporaryFolder

    init() throws { root = try TemporaryFolder() }

    @Test func aSecondHoldIsRefusedAndNamesTheHolder() throws {
        let lock = try DataRootLock(dataRoot: root.path)
        let expected = DataRootLock.Failure.held(path: "\(root.path)/operatord.lock", pid: getpid())
        #expect(throws: expected) { try DataRootLock(dataRoot: root.path) }
        #expect("\(expected)".contains("pid \(getpid())"))
        withExtendedLifetime(lock) {}
    }

    @Test func theHoldEndsWithItsObjectWhateverTheFileSays() throws {
        do {
            let first = try DataRootLock(dataRoot: root.path)
            withExtendedLifetime(first) {}
        }
        try root.write("99999\nleft over from a longer line\n", to: "operatord.lock")
        let second = try DataRootLock(dataRoot: root.path)
        #expect(try root.read("operatord.lock") == "\(getpid())\n")
        withExtendedLifetime(second) {}
    }

    @Test func twoDataRootsDoNotMeet() throws {
        let first = try DataRootLock(dataRoot: "\(root.path)/one")
        let second = try DataRootLock(dataRoot: "\(root.path)/two")
        withExtendedLifetime((first, second)) {}
    }

    @Test func aDataRootThatCannotBeMadeIsNamed() throws {
        try root.write("", to: "file")
        #expect(throws: DataRootLock.Failure.file(path: "\(root.path)/file/operatord.lock", message: "Not a directory"))
        {
            try DataRootLock(dataRoot: "\(root.path)/file")
        }
    }
}
