import GRDB
import Spec
import Testing

@testable import Store

@Suite struct BcryptTests {
    /// Vectors of crypt_blowfish's own test.
    @Test(arguments: [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
    ])
    func itIsBcrypt(password: String, text: String) throws {
        for version in ["2a", "2b", "2y"] {
            let hash = try #require(BcryptHash(text.replacing("$2a$", with: "$\(version)$")))
            #expect(hash.cost == 5)
            #expect(try hash.matches(password))
            #expect(try !hash.matches(password + "x"))
            #expect(try !hash.matches(password + "\u{0}"))
        }
    }

    @Test(arguments: [
        "", "none", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
        "$2b$05$CCCCCCCCCCCCCCCCCCCCC:E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    ])
    func otherTextIsNoHash(text: String) { #expect(BcryptHash(text) == nil) }

    private static let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    private func stored(_ fixture: StoreFixture, _ hash: String? = nil) throws -> String? {
        try fixture.rawConnection().write { db in
            if let hash { try db.execute(sql: "UPDATE users SET password_hash = ?", arguments: [hash]) }
            return try String.fetchOne(db, sql: "SELECT password_hash FROM users")
        }
    }

    @Test func theFirstLoginHashesTheWholePasswordAnew() async throws {
        let fixture = try StoreFixture()
        let alice = try await fixture.user("alice")
        _ = try stored(fixture, "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui")
        let password = Self.long + "and more"
        #expect(try await fixture.store.authenticate(email: alice.email, password: "wrong") == nil)
        #expect(try stored(fixture)?.hasPrefix("$2a$") == true)
        #expect(try await fixture.store.authenticate(email: alice.email, password: password)?.id == alice.id)
        #expect(try stored(fixture)?.hasPrefix("scrypt$") == true)
        #expect(try await fixture.store.authenticate(email: alice.email, password: password)?.id == alice.id)
        // What bcrypt did not read counts now.
        #expect(try await fixture.store.authenticate(email: alice.email, password: Self.long) == nil)
        #expect(try await fixture.store.authenticate(email: alice.email, password: Self.long + "another") == nil)
    }

    @Test func ofManyFirstLoginsAtOnceAllSucceed() async throws {
        let fixture = try StoreFixture()
        let alice = try await fixture.user("alice")
        _ = try stored(fixture, "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
        let entered = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { try await fixture.store.authenticate(email: alice.email, password: "U*U") != nil }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(entered == 8)
    }

    /// Whoever asks: somebody unknown, somebody with either kind of hash.
    @Test func whileOldHashesAreLeftEveryLoginTakesTheirTime() async throws {
        let hasher = PasswordHasher(cost: .least)
        let old = "$2b$09$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        let new = try await hasher.hash(Secret("right"))
        let costs: Set = [9]
        var fastest = [String?: Duration]()
        for round in 0..<40 {
            for stored in [nil, new, old] as [String?] {
                let time = try await ContinuousClock().measure {
                    _ = try await hasher.matches(Secret("wrong"), stored: stored, bcryptCosts: costs)
                }
                fastest[stored] = min(fastest[stored] ?? time, time)
            }
            if round >= 3, fastest.values.max()! < fastest.values.min()! * 1.5 { break }
        }
        #expect(fastest.values.max()! < fastest.values.min()! * 1.5)
    }

    @Test func theCostsOfAllAccountsCount() async throws {
        let fixture = try StoreFixture()
        try await fixture.user("alice")
        func time() async throws -> Duration {
            try await ContinuousClock().measure {
                _ = try await fixture.store.authenticate(email: "nobody@example.com", password: "wrong")
            }
        }
        var (one, before) = (Duration.seconds(60), Duration.seconds(60))
        for round in 0..<60 where round < 3 || before >= one / 4 {
            one = min(one, try ContinuousClock().measure { try BcryptHash.spend("wrong", cost: 11) })
            before = min(before, try await time())
        }
        #expect(before < one / 4)
        _ = try stored(fixture, "$2b$11$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
        #expect(try await time() > one / 4)
    }
}
