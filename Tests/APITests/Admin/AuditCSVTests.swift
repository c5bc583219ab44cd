import Spec
import Testing

@testable import API

@Suite struct AuditCSVTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
        ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@x", "\"'@x\""), ("\t=1", "\"'\t=1\""),
        ("\r=1", "\"'\r=1\""), ("a=1", "a=1"),
    ])
    func aFieldIsQuotedAndCalculatesNothing(value: String, field: String) { #expect(AuditCSV.field(value) == field) }

    @Test func anEntryIsOneLine() {
        let actor = Actor(kind: .account(7, email: "boss@example.com"), requestID: "req_1", address: "192.0.2.1")
        let entry = AuditEntry(
            id: 3, at: .epoch, actor: actor, action: .userDisable, target: "alice", before: "enabled", after: nil)
        #expect(
            AuditCSV.text([entry])
                == "id,at,actor_kind,actor_id,actor_email,action,target,before,after,request_id,address\r\n"
                + "3,1970-01-01T00:00:00.000Z,account,7,boss@example.com,user.disable,alice,enabled,,req_1,192.0.2.1\r\n"
        )
    }
}
