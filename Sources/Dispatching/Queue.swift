// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// First in, first out, with a way to put one back in front.
struct Queue<Element: Sendable>: Sendable {
    private var items: [Element] = []
    private var head = 0
    private var front: [Element] = []

    var count: Int { items.count - head + front.count }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        items.append(element)
    }

    mutating func append(contentsOf elements: some Sequence<Element>) {
        items.append(contentsOf: elements)
    }

    mutating func putBack(_ element: Element) {
        front.append(element)
    }

    mutating func pop() -> Element? {
        if let element = front.popLast() { return element }
        guard head < items.count else { return nil }
        defer {
            head += 1
            if head == items.count {
                items.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 4096, head * 2 >= items.count {
                items.removeSubrange(0..<head)
                head = 0
            }
        }
        return items[head]
    }

    func forEach(_ body: (Element) -> Void) {
        items[head...].forEach(body)
        front.forEach(body)
    }

    func first(where fits: (Element) -> Bool) -> Element? {
        front.last(where: fits) ?? items[head...].first(where: fits)
    }

    mutating func removeAll(where isGone: (Element) -> Bool) {
        items.removeSubrange(0..<head)
        head = 0
        items.removeAll(where: isGone)
        front.removeAll(where: isGone)
    }
}
