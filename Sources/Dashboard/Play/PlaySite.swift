// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// A page on which one visitor at a time drives in a scene, by the keyboard.
///
/// The scene goes on while its visitor takes the frames: each is made when it is asked for, no sooner
/// than the pace says. The clock decides nothing else.
package final class PlaySite: ServedSite {
    private struct State {
        var scene: any PlayedScene
        /// What the visitor's messages have to say; nil: nobody is there.
        var visit: String?
    }

    private let state: Mutex<State>
    private let interval: Duration

    private static let streamPath = ["api", "v1", "stream"]
    private static let keyPath = ["api", "v1", "keys"]

    /// Serves a scene, with so much time between its steps.
    package init(_ scene: sending any PlayedScene, interval: Duration) {
        state = Mutex(State(scene: scene))
        self.interval = interval
    }

    let posts: Set<[String]> = [keyPath]

    func answer(_ target: RequestTarget, knowing known: String?) async -> Answer {
        switch target.path {
        case [], ["page", "play.html"]: PlayPage.answer("play.html") ?? .failure(404, "no page")
        case ["healthz"], ["readyz"]: .text("ok\n")
        case ["api", "v1", "state"]: current()
        case Self.streamPath:
            .failure(409, "somebody drives already: a dream has one driver")
        default:
            target.path.count == 2 && target.path[0] == "page"
                ? PlayPage.answer(target.path[1]) ?? .failure(404, "nothing here")
                : .failure(404, "nothing here")
        }
    }

    private func current() -> Answer {
        var answer =
            (try? Answer.json(state.withLock { $0.scene.state })) ?? .failure(500, "no state")
        answer.isKept = false
        return answer
    }

    /// What a body says.
    private struct Message: Decodable {
        var visit: String
        var key: String?
        var down: Bool?
        var say: String?
    }

    func take(_ target: RequestTarget, body: Data) async -> Answer {
        guard let message = try? JSONDecoder().decode(Message.self, from: body) else {
            return .failure(400, "no message: visit with key and down, or say")
        }
        let meaning: PlayMessage
        switch (message.key, message.down, message.say) {
        case (let key?, let isDown?, nil): meaning = .key(key, isDown: isDown)
        case (nil, nil, let word?): meaning = .say(word)
        default: return .failure(400, "no message: visit with key and down, or say")
        }
        return state.withLock { state in
            guard state.visit == message.visit else {
                return .failure(409, "who drives is somebody else")
            }
            return state.scene.take(meaning)
                ? Answer(status: 204, isKept: false) : .failure(400, "no such key or word")
        }
    }

    func stream(_ target: RequestTarget) async -> (any EventSource)? {
        guard target.path == Self.streamPath else { return nil }
        let visit = String(AccessToken().text.prefix(32))
        let title: String? = state.withLock { state in
            guard state.visit == nil else { return nil }
            state.visit = visit
            state.scene.begin()
            return state.scene.title
        }
        guard let title else { return nil }
        let greeting = Greeting(visit: visit, title: title)
        let data = (try? JSONText.data(of: greeting)) ?? Data()
        return PlayFeed(
            greeting: String(decoding: data, as: UTF8.self), interval: interval,
            step: { [self] in step(visit) }, onClose: { [self] in leave(visit) })
    }

    private struct Greeting: Encodable {
        var visit: String
        var title: String
    }

    private struct Frame: Encodable {
        var state: PlayState
        /// Base64.
        var pixels: Data
    }

    /// Makes a step for its visitor; nil where that is not the visitor any more.
    private func step(_ visit: String) -> PlayFeed.Frame? {
        let frame: Frame? = state.withLock { state in
            guard state.visit == visit else { return nil }
            state.scene.step()
            return Frame(state: state.scene.state, pixels: Data(state.scene.pixels))
        }
        guard let frame, let data = try? JSONText.data(of: frame) else { return nil }
        return PlayFeed.Frame(
            data: String(decoding: data, as: UTF8.self), isOver: frame.state.over != nil)
    }

    private func leave(_ visit: String) {
        state.withLock { state in
            guard state.visit == visit else { return }
            state.visit = nil
            // Nobody's keys are down.
            state.scene.begin()
        }
    }
}

/// The frames of a visit.
struct PlayFeed: EventSource {
    struct Frame: Sendable {
        var data: String
        var isOver: Bool
    }

    let greeting: String
    /// Between two steps.
    let interval: Duration
    let step: @Sendable () -> Frame?
    let onClose: @Sendable () -> Void

    /// Between two looks at what is over.
    private static let rest = Duration.milliseconds(250)

    func events() -> AsyncStream<ServerSentEvent> {
        let next = Mutex<ContinuousClock.Instant?>(nil)
        return AsyncStream {
            guard let time = next.withLock({ $0 }) else {
                next.withLock { $0 = .now }
                return ServerSentEvent(name: "begin", data: greeting)
            }
            do { try await Task.sleep(until: time, clock: .continuous) } catch { return nil }
            guard let frame = step() else { return nil }
            // Who was held up does not hurry.
            let wait = frame.isOver ? max(Self.rest, interval) : interval
            next.withLock { $0 = max(time + wait, .now - interval) }
            return ServerSentEvent(name: "frame", data: frame.data)
        }
    }

    func close() { onClose() }
}

/// The files of the page, which are compiled into the program.
enum PlayPage {
    private static let files: [String: (type: String, bytes: [UInt8])] = [
        "play.html": ("text/html; charset=utf-8", PackageResources.play_html),
        "play.js": ("text/javascript; charset=utf-8", PackageResources.play_js),
        "style.css": ("text/css; charset=utf-8", PackageResources.style_css),
        "icon.svg": ("image/svg+xml", PackageResources.icon_svg),
    ]

    /// A file of the page; nil where there is none of that name.
    static func answer(_ name: String) -> Answer? {
        files[name].map { Answer(type: $0.type, body: Data($0.bytes)) }
    }
}
