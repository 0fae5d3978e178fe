/// Explores every state of a small world, breadth first: so what it finds comes with a shortest path to it.
///
/// Worlds can't be copied: a state is reached anew by the moves that lead to it. Each state is told by the fingerprint of its
/// words, and remembered by its predecessor and the move from there.
struct Explorer {
    private struct Node {
        let parent: Int32
        let move: Move?
        let depth: Int32
        /// The move by which the fault-free way to the end goes on from here, and where that leads.
        var answer: Move?
        var next: Int32 = -1
    }

    /// What is wrong, and how to get there.
    struct Finding: CustomStringConvertible {
        let violations: [String]
        let path: [Move]

        var description: String { "\(violations.prefix(3)) after \(path)" }
    }

    private let make: () -> ExhaustiveWorld
    private var nodes: [Node] = []
    private var places: [Fingerprint: Int32] = [:]
    /// Moves of the states that are not left yet, by place.
    private var open: [[Move]] = []
    /// Worlds that stand where their state was found, by place: they go on by the first of its moves. Few, for they are large.
    private var kept: [Int: ExhaustiveWorld] = [:]
    private static let keptWorlds = 5_000
    /// Where two paths met: the state that was known, and the other way to it.
    private var met: [(known: Int32, parent: Int32, move: Move)] = []

    private(set) var finding: Finding?
    /// Moves that were made, and ways to the end that were gone.
    private(set) var moves = 0
    private(set) var ends = 0

    var states: Int { nodes.count }
    /// How often a move led to a state that was known.
    var meetings: Int { met.count }
    var depth: Int { Int(nodes.last?.depth ?? 0) }

    init(_ make: @escaping () -> ExhaustiveWorld) { self.make = make }

    /// Goes on until every state is known, or the first violation.
    mutating func run() {
        visit(make(), from: -1, by: nil)
        var current = 0
        while current < nodes.count, finding == nil {
            let path = path(to: Int32(current))
            for move in open[current] {
                moves += 1
                visit(successor(of: current, path, move), from: Int32(current), by: move)
                if finding != nil { return }
            }
            open[current] = []
            current += 1
        }
        findCircle()
    }

    private mutating func visit(_ world: ExhaustiveWorld, from parent: Int32, by move: Move?) {
        world.check()
        let (place, isNew) = register(world, from: parent, by: move)
        if parent >= 0, let move, nodes[Int(parent)].answer == move { nodes[Int(parent)].next = place }
        if isNew {
            open.append(world.moves)
            // Where an answer lies open, the way to the end is that of the state after it, and that one is visited, too.
            if nodes[Int(place)].answer == nil {
                ends += 1
                world.finish()
            } else if kept.count < Explorer.keptWorlds {
                kept[Int(place)] = world
            }
        } else if let move {
            met.append((place, parent, move))
        }
        if !world.checker.violations.isEmpty {
            finding = Finding(
                violations: world.checker.violations,
                path: (parent < 0 ? [] : path(to: parent)) + (move.map { [$0] } ?? []))
        }
    }

    private mutating func register(
        _ world: ExhaustiveWorld, from parent: Int32, by move: Move?
    ) -> (place: Int32, isNew: Bool) {
        let fingerprint = Fingerprint(of: world.state)
        if let known = places[fingerprint] { return (known, false) }
        let place = Int32(nodes.count)
        places[fingerprint] = place
        let depth = parent < 0 ? 0 : nodes[Int(parent)].depth + 1
        nodes.append(Node(parent: parent, move: move, depth: depth, answer: world.nextAnswer))
        return (place, true)
    }

    private mutating func successor(of place: Int, _ path: [Move], _ move: Move) -> ExhaustiveWorld {
        guard let world = kept.removeValue(forKey: place) else { return replay(path + [move]) }
        world.apply(move)
        return world
    }

    private func path(to place: Int32) -> [Move] {
        var moves: [Move] = []
        var place = place
        while place >= 0 {
            if let move = nodes[Int(place)].move { moves.append(move) }
            place = nodes[Int(place)].parent
        }
        return moves.reversed()
    }

    private func replay(_ path: [Move]) -> ExhaustiveWorld {
        let world = make()
        for move in path { world.apply(move) }
        return world
    }

    /// Answers alone lead to an end from every state: none goes round in a circle.
    private mutating func findCircle() {
        var ended = [Bool](repeating: false, count: nodes.count)
        for start in nodes.indices where finding == nil {
            var walk: [Int] = []
            var place = start
            while !ended[place], nodes[place].next >= 0 {
                walk.append(place)
                if walk.count > nodes.count {
                    finding = Finding(violations: ["answers go round in a circle"], path: path(to: Int32(start)))
                    return
                }
                place = Int(nodes[place].next)
            }
            if nodes[place].answer != nil, nodes[place].next < 0 {
                finding = Finding(violations: ["an answer leads nowhere"], path: path(to: Int32(place)))
            }
            ended[place] = true
            for place in walk { ended[place] = true }
        }
    }

    // MARK: - Whether a fingerprint says enough

    /// Of states that fell together, whether the same states follow: of every `stride`-th meeting. Nil, or two ways that differ.
    func difference(stride: Int = 1) -> String? {
        for meeting in met.enumerated().filter({ $0.offset % stride == 0 }).map(\.element) {
            let known = path(to: meeting.known)
            let other = path(to: meeting.parent) + [meeting.move]
            if successors(known) != successors(other) { return "not the same follows after \(known) and \(other)" }
        }
        return nil
    }

    private func successors(_ path: [Move]) -> [Int32] {
        replay(path).moves.map { move in places[Fingerprint(of: replay(path + [move]).state)] ?? -1 }.sorted()
    }
}
