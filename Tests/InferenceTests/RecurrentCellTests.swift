// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing
import WorldModel

struct RecurrentCellTests {
    /// h and c of one episode after the six steps of Golden/record.py, driven beside others.
    private func drive(
        kernels: Kernels = .best, count: Int, place: Int
    ) throws -> (hidden: [Float], cell: [Float]) {
        let recurrence =
            try kernels.name == Kernels.best.name
            ? Shared.recurrence.get() : RecurrentCell(Shared.mdrnn.get(), kernels: kernels)
        let states = RecurrentCell.States(count: count)
        for index in 0..<count { states.reset(index) }
        let order = Array((0..<count).reversed())
        for step in 0..<6 {
            for index in 0..<count {
                let seed = index == place ? 50 + UInt64(step) : 1000 + UInt64(10 * index + step)
                let row = numbers(35, seed: seed, bound: 2)
                for (offset, value) in row.enumerated() { states.action(index)[offset] = value }
            }
            order.withUnsafeBufferPointer { recurrence.step($0, states) }
        }
        let size = RecurrentCell.hiddenSize
        return (
            Array(UnsafeBufferPointer(start: states.hidden(place), count: size)),
            Array(UnsafeBufferPointer(start: states.cell(place), count: size))
        )
    }

    @Test func `states are PyTorch's`() throws {
        let golden = try Golden.load()
        let found = try drive(count: 1, place: 0)
        #expect(golden.hidden.count == 256 && golden.cell.count == 256)
        let hidden = worst(found.hidden, golden.hidden)
        let cell = worst(found.cell, golden.cell)
        #expect(hidden.error < 1e-6, "h \(hidden.index)")
        #expect(cell.error < 2e-6, "c \(cell.index)")
    }

    @Test func `the bits depend neither on the batch nor on the vector unit`() throws {
        let alone = try drive(count: 1, place: 0)
        for (count, place) in [(2, 1), (3, 0), (8, 5), (13, 12), (16, 7)] {
            let found = try drive(count: count, place: place)
            #expect(found.hidden == alone.hidden, "\(place) of \(count)")
            #expect(found.cell == alone.cell, "\(place) of \(count)")
        }
        for kernels in everyKernels {
            let found = try drive(kernels: kernels, count: 3, place: 1)
            #expect(found.hidden == alone.hidden, "\(kernels.name)")
            #expect(found.cell == alone.cell, "\(kernels.name)")
        }
    }
}

struct ControllerTests {
    @Test(arguments: ControllerInputs.allCases, ControllerMapping.allCases)
    func `actions are PyTorch's`(inputs: ControllerInputs, mapping: ControllerMapping) throws {
        let golden = try #require(try Golden.load().control[inputs.rawValue])
        let expected = mapping == .paper ? golden.paper : golden.linear
        let parameters =
            numbers(3 * inputs.count, seed: 63, bound: 0.15) + numbers(3, seed: 64, bound: 0.1)
        #expect(parameters.count == inputs.parameterCount)
        var bits: Set<[UInt32]> = []
        for kernels in everyKernels {
            let states = RecurrentCell.States(count: 2)
            let bank = ControllerBank(count: 2, inputs: inputs, mapping: mapping, kernels: kernels)
            bank.set(1, parameters)
            let rows: [(UnsafeMutablePointer<Float>, [Float])] = [
                (states.latent(1), numbers(32, seed: 60, bound: 1.5)),
                (states.hidden(1), numbers(256, seed: 61, bound: 1)),
                (states.cell(1), numbers(256, seed: 62, bound: 1.5)),
            ]
            for (start, values) in rows {
                for (offset, value) in values.enumerated() { start[offset] = value }
            }
            bank.act(1, states)
            let action = Array(UnsafeBufferPointer(start: states.action(1), count: 3))
            let error = worst(action, expected)
            #expect(error.error < 2e-6, "action \(error.index) with \(kernels.name)")
            bits.insert(action.map(\.bitPattern))
        }
        #expect(bits.count == 1)
    }

    @Test func `parameters 0 mean half gas straight ahead in the paper's mapping`() {
        let states = RecurrentCell.States(count: 1)
        let bank = ControllerBank(count: 1, inputs: .latentHidden, mapping: .paper)
        bank.act(0, states)
        #expect(Array(UnsafeBufferPointer(start: states.action(0), count: 3)) == [0, 0.5, 0])
        #expect(ControllerInputs.latentHidden.parameterCount == 867)
    }
}
