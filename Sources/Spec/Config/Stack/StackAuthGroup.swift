/// Accounts and secrets.
extension StackReader {
    func auth(requiringSecret: Bool) -> StackSpec.Auth {
        let group = root.group(.auth, AuthKey.self)
        var auth = StackSpec.Auth()
        if let field = group.field(.jwtSecret, .jwtSecret) {
            auth.jwtSecret = secret(field, .signing) ?? auth.jwtSecret
        } else if requiringSecret {
            context.add(
                group.place.appending(AuthKey.jwtSecret.rawValue), "The secret that signs sessions is missing.",
                "Set JWT_SECRET in the environment, or auth.jwtSecret here; make one with: openssl rand -hex 48."
            )
        }
        auth.bootstrapAdmin = bootstrapAdmin(group)
        auth.allowSignup = group.field(.allowSignup, .allowSignup)?.boolean() ?? auth.allowSignup
        auth.inviteCode = group.field(.inviteCode, .inviteCode).flatMap { secret($0) }
        auth.inviteOnly = group.field(.inviteOnly)?.boolean() ?? auth.inviteOnly
        auth.cookieSecure = group.field(.cookieSecure, .cookieSecure)?.boolean() ?? auth.cookieSecure
        auth.sessionTTL = group.field(.sessionTtl)?.duration(in: Limits.second...Limits.day * 365) ?? auth.sessionTTL
        auth.attemptsPerMinute =
            group.field(.attemptsPerMinute, .authRateLimit)?.integer(in: 0...1_000_000) ?? auth.attemptsPerMinute
        auth.corsOrigins = (group.field(.corsOrigins)?.items() ?? []).compactMap(origin)
        return auth
    }

    /// As a browser sends it: scheme, host and a port that is not the scheme's own, in lower case.
    private func origin(_ field: Field) -> String? {
        field.text("a web origin", "Write scheme and host, like https://chat.example.org, without a path.") { text in
            guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return false }
            let authority = text.drop { $0 != ":" }.dropFirst("://".count)
            return !authority.isEmpty && !authority.hasSuffix(":443") && !authority.hasSuffix(":80")
                && authority.utf8.allSatisfy { $0.isLowerAlphanumeric || ".-:[]".utf8.contains($0) }
        }
    }

    private func bootstrapAdmin(_ auth: FieldReader<AuthKey>) -> StackSpec.BootstrapAdmin? {
        let group = auth.group(.bootstrapAdmin, BootstrapAdminKey.self)
        let email = group.field(.email, .bootstrapEmail)
        let password = group.field(.password, .bootstrapPassword)
        let name = group.field(.name, .bootstrapName)?.text()
        let secret = password.flatMap { self.secret($0, .password) }
        guard let email else {
            return password?.fail("A password is given without an e-mail address.", "Set BOOTSTRAP_ADMIN_EMAIL too.")
        }
        guard password != nil else {
            return email.fail(
                "The bootstrap admin has no password.",
                "Set BOOTSTRAP_ADMIN_PASSWORD too; make one with: openssl rand -hex 12."
            )
        }
        let address = email.text("an e-mail address", "Write it as name@host.") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
        }
        guard let address, let secret else { return nil }
        return StackSpec.BootstrapAdmin(email: address, password: secret, name: name ?? "Admin")
    }

    /// A text, or `{file: path}` whose contents are the text. Problems never show the value.
    func secret(_ field: Field, _ strength: SecretStrength = .any) -> Secret? {
        guard let text = secretText(field) else { return nil }
        if let weakness = strength.weakness(of: text) { return field.fail(weakness, strength.remedy) }
        return Secret(text)
    }

    private func secretText(_ field: Field) -> String? {
        guard case .object = field.node.value else { return field.text() }
        let group = FieldReader<SecretFileKey>(field.node, at: field.place, in: context)
        guard let file = group.required(.file), let path = file.text() else { return nil }
        let location = Path.absolute(path, from: repository?.machine.source?.secrets ?? baseDirectory)
        if let folder = repository?.machine.source?.secrets, !location.hasPrefix(folder + "/") {
            return file.fail(
                "The file \(path) is outside of \(folder), where a repository's secrets are read from.",
                "Put it there, or change source.secrets on the machine.")
        }
        do {
            var text = try readSecret(location)
            while text.last?.isNewline == true { text.removeLast() }
            return text.isEmpty ? file.fail("The file \(path) is empty.", "Put the secret into it.") : text
        } catch {
            return file.fail("The file \(path) cannot be read: \(error).", "Check its path and permissions.")
        }
    }
}

/// What a secret must have for its use.
enum SecretStrength {
    case any, signing, password

    /// One sentence without the value; nil when it is good enough.
    func weakness(of text: String) -> String? {
        let letters = text.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
        switch self {
        case .any: return nil
        case .signing, .password:
            if letters.hasPrefix("changeme") { return "It is still the placeholder." }
        }
        switch self {
        case .signing where text.utf8.count < 32: return "It is shorter than 32 characters."
        case .password where text.count < 8: return "It is shorter than 8 characters."
        case .password where text.count > 1024: return "It is longer than 1,024 characters."
        default: return nil
        }
    }

    var remedy: String {
        switch self {
        case .any: ""
        case .signing: "Make one with: openssl rand -hex 48."
        case .password: "Choose another; make one with: openssl rand -hex 12."
        }
    }
}
