// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import WorldModel

/// The real world that a dream starts from and is shown beside.
public protocol DreamWorld {
    /// The frame now: 64 x 64 x 3 bytes, RGB, row 0 at the top.
    ///
    /// - Throws: What prevents drawing it.
    func frame() throws -> [UInt8]

    /// Lets an action happen; tells whether there is a frame after it.
    ///
    /// - Throws: What prevents it.
    mutating func step(_ action: [Double]) throws -> Bool
}

/// A recorded episode: it goes on as it did, whatever is done.
public struct RecordedWorld: DreamWorld {
    /// The recorded actions, to dream under.
    public let driver: Dream.Driver
    private let frames: [UInt8]
    private let length: Int
    private var step = 0

    /// A recording at its first frame; the name is what errors call it.
    public init(_ rollout: RolloutFile, name: String) {
        driver = .actions(rollout.actions.map { Double($0) }, size: rollout.actionSize, name: name)
        length = rollout.length
        frames = FrameResizer(from: rollout.side, to: FrameStream.side)
            .resize(rollout.observations)
    }

    /// The recorded frame.
    public func frame() -> [UInt8] {
        let size = FrameStream.frameSize
        return Array(frames[(step * size)..<((step + 1) * size)])
    }

    /// Goes on to the next frame, if there is one, whatever the action.
    public mutating func step(_ action: [Double]) -> Bool {
        guard step + 1 < length else { return false }
        step += 1
        return true
    }
}

/// The actions of a dream.
struct DreamControls {
    private let driver: Dream.Driver
    private let sizes: MDRNNSizes
    private let bank: ControllerBank?
    private let states: RecurrentCell.States?

    /// Checks that the driver is one for M.
    ///
    /// - Throws: `TrainingError` or `FrozenModelsError`.
    init(_ driver: Dream.Driver, sizes: MDRNNSizes) throws {
        self.driver = driver
        self.sizes = sizes
        switch driver {
        case .actions(_, let size, let name):
            guard size == sizes.actions else {
                throw TrainingError.wrongActionSize(
                    path: name, found: size, expected: sizes.actions)
            }
            bank = nil
            states = nil
        case .controller(let controller):
            let expected = controller.shape.sizes
            guard ModelSizes(of: sizes) == expected, sizes.actions == ModelSizes.actions else {
                throw FrozenModelsError.unsupportedSizes(
                    model: "M",
                    found: "z \(sizes.latent), h \(sizes.hidden), actions \(sizes.actions)",
                    expected: "the controller's, z \(expected.latent), h \(expected.hidden), "
                        + "actions \(ModelSizes.actions)")
            }
            let bank = ControllerBank(count: 1, shape: controller.shape)
            bank.set(0, controller.values)
            self.bank = bank
            states = RecurrentCell.States(count: 1, sizes: expected)
        }
    }

    /// What is done in a step, from 0, given what is seen or dreamt and M after the step before;
    /// nil after the last of given actions.
    func action(_ step: Int, latent: [Float], _ stepper: MDRNNStepper) -> [Double]? {
        let size = sizes.actions
        if case .actions(let values, _, _) = driver {
            return (step + 1) * size <= values.count
                ? Array(values[(step * size)..<((step + 1) * size)]) : nil
        }
        guard let bank, let states else { return nil }
        states.latent(0).update(from: latent, count: latent.count)
        states.hidden(0).update(from: stepper.hidden.start, count: sizes.hidden)
        states.cell(0).update(from: stepper.cell.start, count: sizes.hidden)
        bank.act(0, states)
        return UnsafeBufferPointer(start: states.action(0), count: size).map { Double($0) }
    }
}
