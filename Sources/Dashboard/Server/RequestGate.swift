// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a request says of itself, of which nothing is believed.
struct RequestFacts: Sendable, Hashable {
    var method = "GET"
    /// The Host header.
    var host: String?
    var origin: String?
    /// Where a browser says that the request comes from (Sec-Fetch-Site).
    var site: String?
    /// Whether a browser says that its user opens a page (Sec-Fetch-Mode and Sec-Fetch-Dest).
    var isNavigation = false
    /// The Cookie headers.
    var cookies: [String] = []
    var authorization: String?
    /// The path, decoded.
    var path: [String] = []
    /// The query's token.
    var token: String?
    /// Whether a body follows.
    var hasBody = false
    /// How long it is said to be; nil where nobody says so.
    var bodyLength: Int?
    /// The Content-Type header.
    var contentType: String?
}

/// Decides who is answered: a value without clock, sockets or files.
package struct RequestGate: Sendable {
    /// The names by which this server is called, "host:port" in lower case; without the port where
    /// that is the scheme's own.
    ///
    /// A page of another name that leads here (DNS rebinding) is not answered.
    package var hosts: Set<String>
    /// What has to be known; nil lets everybody in who calls the server by its name.
    package var token: AccessToken?
    /// The cookie's name: cookies of one host are those of all its ports.
    package var cookie: String
    /// The paths at which it is told something, by POST.
    var posts: Set<[String]> = []

    /// The most bytes of a body.
    static let bodyLimit = 256

    /// Collects the parts.
    package init(hosts: Set<String>, token: AccessToken?, cookie: String) {
        self.hosts = hosts
        self.token = token
        self.cookie = cookie
    }

    enum Verdict: Sendable, Hashable {
        /// It is answered.
        case answer
        /// The link's token is right: the browser gets its cookie.
        case enter
        /// It is not: a status and a sentence for people.
        case refuse(Int, String)
    }

    /// Judges a request.
    func judge(_ request: RequestFacts) -> Verdict {
        let isPost = request.method == "POST" && posts.contains(request.path)
        guard isPost || ["GET", "HEAD"].contains(request.method) else {
            return .refuse(405, "only GET and HEAD are answered")
        }
        guard let host = request.host?.lowercased(), hosts.contains(host) else {
            return .refuse(
                421,
                "this server is not called by that name; --dashboard-host gives it another one")
        }
        if isPost {
            if let refusal = refusal(ofPost: request) { return refusal }
        } else if request.hasBody {
            return .refuse(413, "a request without a body is answered")
        }
        // Orchestrators ask without a cookie, and are told no more than that it lives.
        if ["healthz", "readyz"].contains(request.path.first), request.path.count == 1 {
            return .answer
        }
        if let origin = request.origin, !isOwn(origin) {
            return .refuse(403, "pages of other origins are not answered")
        }
        if let site = request.site, !["same-origin", "none"].contains(site),
            !(request.isNavigation && request.path.isEmpty)
        {
            return .refuse(403, "pages of other sites are not answered")
        }
        guard let token else { return .answer }
        if request.path.isEmpty, let given = request.token {
            return token.matches(given)
                ? .enter : .refuse(401, "the link's token is not this server's")
        }
        if let authorization = request.authorization {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer", token.matches(parts[1]) {
                return .answer
            }
        }
        let values = request.cookies.flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            let name = parts.first?.drop { $0 == " " }
            return parts.count == 2 && name == cookie[...] ? parts[1] : nil
        }
        if values.contains(where: { token.matchesSession($0) }) { return .answer }
        return .refuse(401, "open the program's link: it has the token")
    }

    /// Why nothing is taken from a request with a body; nil: it is.
    private func refusal(ofPost request: RequestFacts) -> Verdict? {
        guard let length = request.bodyLength else {
            return .refuse(411, "a body is taken whose length is said before it")
        }
        guard (1...Self.bodyLimit).contains(length) else {
            return .refuse(413, "a body of 1 to \(Self.bodyLimit) bytes is taken")
        }
        // No form of another site's page sends such a body without asking first.
        guard request.contentType?.lowercased() == "application/json" else {
            return .refuse(415, "application/json is taken")
        }
        // A browser says where what is sent comes from; what is no browser has the token.
        guard request.origin != nil || request.authorization != nil else {
            return .refuse(403, "nobody says which page sends this")
        }
        return nil
    }

    private func isOwn(_ origin: String) -> Bool {
        ["http://", "https://"].contains { scheme in
            origin.hasPrefix(scheme) && hosts.contains(origin.dropFirst(scheme.count).lowercased())
        }
    }
}
