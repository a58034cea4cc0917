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
        let size = states.sizes.hidden
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

struct ArrayCallTests {
    @Test func `arrays compute what pointers do`() throws {
        let recurrence = try Shared.recurrence.get()
        let shape = ControllerShape()
        let bank = ControllerBank(count: 1, shape: shape)
        bank.set(0, numbers(shape.parameterCount, seed: 63, bound: 0.15))
        let (pointers, arrays) = (
            RecurrentCell.States(count: 1), RecurrentCell.States(count: 1)
        )
        for step in 0..<4 {
            let latent = numbers(32, seed: UInt64(step), bound: 2)
            pointers.latent(0).update(from: latent, count: latent.count)
            bank.act(0, pointers)
            [0].withUnsafeBufferPointer { recurrence.step($0, pointers) }
            arrays.setLatent(0, latent)
            let action = bank.action(0, arrays)
            #expect(action == (0..<3).map { pointers.action(0)[$0] })
            #expect(action == arrays.actionValues(0))
            recurrence.step([0], arrays)
            #expect(arrays.latentValues(0) == latent)
            #expect(arrays.hiddenValues(0) == (0..<256).map { pointers.hidden(0)[$0] })
            #expect(arrays.cellValues(0) == (0..<256).map { pointers.cell(0)[$0] })
        }
        // A state that was read goes on elsewhere.
        let copy = RecurrentCell.States(count: 2)
        copy.setMemory(1, hidden: arrays.hiddenValues(0), cell: arrays.cellValues(0))
        copy.setLatent(1, arrays.latentValues(0))
        copy.setAction(1, arrays.actionValues(0))
        recurrence.step([1], copy)
        recurrence.step([0], arrays)
        #expect(copy.hiddenValues(1) == arrays.hiddenValues(0))
        #expect(copy.cellValues(1) == arrays.cellValues(0))
        #expect(Set(arrays.hiddenValues(0)).count > 100)
    }
}

struct ControllerTests {
    @Test(arguments: ControllerInputs.allCases, [ControllerMapping.paper, .linear])
    func `actions are PyTorch's`(inputs: ControllerInputs, mapping: ControllerMapping) throws {
        let golden = try #require(try Golden.load().control[inputs.rawValue])
        let expected = mapping == .paper ? golden.paper : golden.linear
        let parameters =
            numbers(3 * inputs.count(), seed: 63, bound: 0.15) + numbers(3, seed: 64, bound: 0.1)
        let shape = ControllerShape(inputs: inputs, mapping: mapping)
        #expect(parameters.count == shape.parameterCount)
        var bits: Set<[UInt32]> = []
        for kernels in everyKernels {
            let states = RecurrentCell.States(count: 2)
            let bank = ControllerBank(count: 2, shape: shape, kernels: kernels)
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
        let bank = ControllerBank(count: 1)
        bank.act(0, states)
        #expect(Array(UnsafeBufferPointer(start: states.action(0), count: 3)) == [0, 0.5, 0])
        #expect(bank.shape.parameterCount == 867)
    }
}
